"""The list of tasks as a route alone, from memory: what FastAPI itself takes, for stage 08."""

from fastapi import FastAPI

from app.schemas.tasks import Limit, Skip, Task
from benchmarks import contents

TASKS = [Task.model_validate(contents.task(n) | {"id": n}) for n in range(1, contents.TASKS + 1)]

app = FastAPI()


@app.get("/")
async def greet() -> str:
    """Answer."""
    return "Hello"


@app.get("/api/v1/tasks")
async def list_tasks(skip: Skip = 0, limit: Limit = 10) -> list[Task]:
    """List the tasks."""
    return TASKS[skip : skip + limit]
