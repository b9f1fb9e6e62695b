"""The operations on tasks: each takes its input, asks the database, and answers."""

from fastapi import APIRouter, Depends, HTTPException
from pydantic import MISSING
from sqlalchemy.exc import IntegrityError

from app import sharing
from app.crud.task import tasks
from app.dependencies import CurrentUser, EmailerDep, SessionDep, TaskDep, get_current_user
from app.errors import (
    CHALLENGE,
    DISABLED,
    INVALID,
    LOCKED,
    NOT_FOUND,
    NOT_SENT,
    UNAUTHENTICATED,
    UNREADABLE,
)
from app.schemas.shares import Share
from app.schemas.tasks import Limit, Overdue, Skip, Task, TaskCreate, TaskId, TaskUpdate

router = APIRouter(
    prefix="/tasks",
    tags=["tasks"],
    # For all operations below, also for one that forgets to ask who is there.
    dependencies=[Depends(get_current_user)],
    responses=UNAUTHENTICATED | DISABLED | INVALID,
)


@router.post("", status_code=201, response_description="The new task", responses=UNREADABLE)
async def create_task(new_task: TaskCreate, user: CurrentUser, session: SessionDep) -> Task:
    """Create a task; the server chooses its ID."""
    try:
        task = await tasks.create(session, new_task, owner_id=user.id)
    except IntegrityError:  # The user was deleted after we had asked who is there.
        raise HTTPException(401, "Not authenticated", CHALLENGE) from None
    return Task.model_validate(task)


@router.get("", response_description="The tasks, oldest first")
async def list_tasks(
    user: CurrentUser,
    session: SessionDep,
    skip: Skip = 0,
    limit: Limit = 10,
    overdue: Overdue | MISSING = MISSING,
) -> list[Task]:
    """List your tasks in the order of their creation: all, those overdue, or the others."""
    page = await tasks.page_of_owner(session, user.id, skip, limit, overdue)
    return [Task.model_validate(task) for task in page]


@router.get("/{task_id}", response_description="The task", responses=NOT_FOUND)  # noqa: FAST003  # `TaskDep` takes the ID
async def read_task(task: TaskDep) -> Task:
    """Read one of your tasks."""
    return Task.model_validate(task)


UPDATE_ERRORS = UNREADABLE | NOT_FOUND | LOCKED


@router.patch("/{task_id}", response_description="The task as it is now", responses=UPDATE_ERRORS)
@router.put("/{task_id}", response_description="The task as it is now", responses=UPDATE_ERRORS)
async def update_task(
    task_id: TaskId, changes: TaskUpdate, user: CurrentUser, session: SessionDep
) -> Task:
    """Change the fields that were sent, and leave the others as they are."""
    task = await tasks.of_owner(session, user.id, task_id, to_change=True)
    return Task.model_validate(await tasks.update(session, task, changes))


@router.delete(
    "/{task_id}", status_code=204, response_description="The task is gone", responses=NOT_FOUND
)
async def delete_task(task_id: TaskId, user: CurrentUser, session: SessionDep) -> None:
    """Delete a task; its ID is never used again."""
    task = await tasks.of_owner(session, user.id, task_id, to_change=True)
    await tasks.delete(session, task)


SHARE_ERRORS = UNREADABLE | NOT_FOUND | NOT_SENT


@router.post(
    "/{task_id}/share",  # noqa: FAST003  # `TaskDep` takes the ID
    status_code=202,
    response_description="A mail server has taken the email",
    responses=SHARE_ERRORS,
)
async def share_task(
    task: TaskDep, share: Share, user: CurrentUser, session: SessionDep, emailer: EmailerDep
) -> Share:
    """Send one of your tasks to an email address."""
    await session.close()  # Gives the connection back: a mail server may take its time.
    await emailer.send(share.email, sharing.subject(task), sharing.text(task, user))
    return share
