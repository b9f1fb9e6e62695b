"""The operations on tasks: each takes its input, asks the store, and answers."""

from fastapi import APIRouter

from app.dependencies import ClientDep, StoreDep, TaskDep
from app.errors import INVALID, LOCKED, NOT_FOUND, UNREADABLE
from app.external import ask_about
from app.schemas.external import TaskWithExternal
from app.schemas.tasks import Limit, Skip, Task, TaskCreate, TaskId, TaskUpdate

router = APIRouter(prefix="/tasks", tags=["tasks"], responses=INVALID)


@router.post("", status_code=201, response_description="The new task", responses=UNREADABLE)
def create_task(new_task: TaskCreate, store: StoreDep) -> Task:
    """Create a task; the server chooses its ID."""
    return store.add(new_task)


@router.get("", response_description="The tasks, oldest first")
def list_tasks(store: StoreDep, skip: Skip = 0, limit: Limit = 10) -> list[Task]:
    """List the tasks in the order of their creation."""
    return store.page(skip, limit)


@router.get("/{task_id}", response_description="The task", responses=NOT_FOUND)  # noqa: FAST003  # `TaskDep` takes the ID
async def read_task(task: TaskDep, client: ClientDep) -> TaskWithExternal:
    """Read one task, with what the upstream says of it; null when that says nothing in time."""
    return TaskWithExternal(**task.model_dump(), external=await ask_about(client, task.id))


UPDATE_ERRORS = UNREADABLE | NOT_FOUND | LOCKED


@router.patch("/{task_id}", response_description="The task as it is now", responses=UPDATE_ERRORS)
@router.put("/{task_id}", response_description="The task as it is now", responses=UPDATE_ERRORS)
def update_task(task_id: TaskId, changes: TaskUpdate, store: StoreDep) -> Task:
    """Change the fields that were sent, and leave the others as they are."""
    return store.update(task_id, changes)


@router.delete(
    "/{task_id}", status_code=204, response_description="The task is gone", responses=NOT_FOUND
)
def delete_task(task_id: TaskId, store: StoreDep) -> None:
    """Delete a task; its ID is never used again."""
    store.delete(task_id)
