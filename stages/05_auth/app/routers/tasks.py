"""The operations on tasks: each takes its input, asks the store, and answers."""

from fastapi import APIRouter, Depends

from app.dependencies import CurrentUser, StoreDep, TaskDep, get_current_user
from app.errors import DISABLED, INVALID, LOCKED, NOT_FOUND, UNAUTHENTICATED, UNREADABLE
from app.schemas.tasks import Limit, Skip, Task, TaskCreate, TaskId, TaskUpdate

router = APIRouter(
    prefix="/tasks",
    tags=["tasks"],
    # For all operations below, also for one that forgets to ask who is there.
    dependencies=[Depends(get_current_user)],
    responses=UNAUTHENTICATED | DISABLED | INVALID,
)


@router.post("", status_code=201, response_description="The new task", responses=UNREADABLE)
def create_task(new_task: TaskCreate, user: CurrentUser, store: StoreDep) -> Task:
    """Create a task; the server chooses its ID."""
    return store.add(user.id, new_task)


@router.get("", response_description="The tasks, oldest first")
def list_tasks(user: CurrentUser, store: StoreDep, skip: Skip = 0, limit: Limit = 10) -> list[Task]:
    """List your tasks in the order of their creation."""
    return store.page(user.id, skip, limit)


@router.get("/{task_id}", response_description="The task", responses=NOT_FOUND)  # noqa: FAST003  # `TaskDep` takes the ID
def read_task(task: TaskDep) -> Task:
    """Read one of your tasks."""
    return task


UPDATE_ERRORS = UNREADABLE | NOT_FOUND | LOCKED


@router.patch("/{task_id}", response_description="The task as it is now", responses=UPDATE_ERRORS)
@router.put("/{task_id}", response_description="The task as it is now", responses=UPDATE_ERRORS)
def update_task(task_id: TaskId, changes: TaskUpdate, user: CurrentUser, store: StoreDep) -> Task:
    """Change the fields that were sent, and leave the others as they are."""
    return store.update(user.id, task_id, changes)


@router.delete(
    "/{task_id}", status_code=204, response_description="The task is gone", responses=NOT_FOUND
)
def delete_task(task_id: TaskId, user: CurrentUser, store: StoreDep) -> None:
    """Delete a task; its ID is never used again."""
    store.delete(user.id, task_id)
