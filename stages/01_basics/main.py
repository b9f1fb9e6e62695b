"""A Task Manager API in one file: create a task, list the tasks, read one."""

from itertools import count
from threading import Lock

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI(title="Task Manager", version="0.1.0")


class TaskCreate(BaseModel):
    """What a client sends to create a task."""

    title: str
    description: str | None = None


class Task(BaseModel):
    """A task as the API answers it."""

    id: int
    title: str
    description: str | None = None
    completed: bool = False


tasks: dict[int, Task] = {}
task_ids = count(1)
lock = Lock()  # FastAPI runs `def` operations in several threads at once.


@app.get("/")
def welcome() -> dict[str, str]:
    """Say what this API is and where its documentation is."""
    return {"message": "Welcome to the Task Manager API. Its documentation is at /docs."}


@app.post("/tasks", status_code=201)
def create_task(new_task: TaskCreate) -> Task:
    """Create a task; the server chooses its ID."""
    with lock:
        task = Task(id=next(task_ids), **new_task.model_dump())
        tasks[task.id] = task
    return task


@app.get("/tasks")
def list_tasks(skip: int = 0, limit: int = 10) -> list[Task]:
    """List the tasks in the order of their creation."""
    return list(tasks.values())[skip : skip + limit]


@app.get("/tasks/{task_id}", responses={404: {"description": "No task has this ID."}})
def read_task(task_id: int) -> Task:
    """Read one task."""
    task = tasks.get(task_id)
    if task is None:
        raise HTTPException(404, f"Task with ID {task_id} not found")
    return task
