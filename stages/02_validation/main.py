"""A Task Manager API that checks what comes in, and says clearly what is wrong with it."""

import json
from itertools import count
from threading import Lock

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from errors import INVALID, LOCKED, NOT_FOUND, UNREADABLE, BusinessRuleViolation
from models import Limit, Skip, Task, TaskCreate, TaskId, TaskUpdate, Welcome

app = FastAPI(title="Task Manager", version="0.2.0")

tasks: dict[int, Task] = {}
task_ids = count(1)
lock = Lock()  # FastAPI runs `def` operations in several threads at once.


@app.exception_handler(RequestValidationError)
def answer_invalid_input(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 with what is wrong where, but without the value that was sent."""
    detail = [{key: problem[key] for key in ("type", "loc", "msg")} for problem in error.errors()]
    # `json.dumps` writes ASCII: a name that is not valid Unicode cannot break the answer.
    content = json.dumps({"message": "Input validation failed", "detail": detail})
    return Response(content, 422, media_type="application/json")


@app.exception_handler(BusinessRuleViolation)
def answer_broken_rule(_request: Request, error: BusinessRuleViolation) -> Response:
    """Answer 409 with the name of the error and its message."""
    return JSONResponse({"error_type": type(error).__name__, "message": str(error)}, 409)


@app.get("/", response_description="A greeting")
def welcome() -> Welcome:
    """Say what this API is and where its documentation is."""
    return Welcome(message="Welcome to the Task Manager API. Its documentation is at /docs.")


@app.post(
    "/tasks",
    status_code=201,
    response_description="The new task",
    responses=UNREADABLE | INVALID,
)
def create_task(new_task: TaskCreate) -> Task:
    """Create a task; the server chooses its ID."""
    with lock:
        task = Task(id=next(task_ids), **new_task.model_dump())
        tasks[task.id] = task
    return task


@app.get("/tasks", response_description="The tasks, oldest first", responses=INVALID)
def list_tasks(skip: Skip = 0, limit: Limit = 10) -> list[Task]:
    """List the tasks in the order of their creation."""
    return list(tasks.values())[skip : skip + limit]


@app.get("/tasks/{task_id}", response_description="The task", responses=NOT_FOUND | INVALID)
def read_task(task_id: TaskId) -> Task:
    """Read one task."""
    task = tasks.get(task_id)
    if task is None:
        raise HTTPException(404, f"Task with ID {task_id} not found")
    return task


UPDATE_ERRORS = UNREADABLE | NOT_FOUND | LOCKED | INVALID


@app.patch(
    "/tasks/{task_id}", response_description="The task as it is now", responses=UPDATE_ERRORS
)
@app.put("/tasks/{task_id}", response_description="The task as it is now", responses=UPDATE_ERRORS)
def update_task(task_id: TaskId, changes: TaskUpdate) -> Task:
    """Change the fields that were sent, and leave the others as they are."""
    with lock:
        task = read_task(task_id)
        updated = task.model_copy(update=changes.model_dump(exclude_unset=True))
        if task.completed and updated.completed and updated != task:
            raise BusinessRuleViolation(f"Task {task_id} is completed and locked; reopen it first.")
        tasks[task_id] = updated
    return updated


@app.delete(
    "/tasks/{task_id}",
    status_code=204,
    response_description="The task is gone",
    responses=NOT_FOUND | INVALID,
)
def delete_task(task_id: TaskId) -> None:
    """Delete a task; its ID is never used again."""
    with lock:
        read_task(task_id)
        del tasks[task_id]
