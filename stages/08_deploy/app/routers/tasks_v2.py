"""The operations on tasks, second version: so far the list, in pages that do not shift."""

from fastapi import APIRouter

from app.crud.task import tasks
from app.dependencies import CurrentUser, SessionDep
from app.errors import DISABLED, INVALID, UNAUTHENTICATED
from app.schemas.pages import Cursor, DatedTask, TaskPage, make_cursor, read_cursor
from app.schemas.tasks import Limit

router = APIRouter(
    prefix="/api/v2/tasks", tags=["tasks v2"], responses=UNAUTHENTICATED | DISABLED | INVALID
)


@router.get("", response_description="A page of tasks, oldest first")
async def list_tasks(
    user: CurrentUser, session: SessionDep, cursor: Cursor = "", limit: Limit = 10
) -> TaskPage:
    """List your tasks in the order of their creation, from where the cursor points to."""
    # One more than asked for tells whether there is a next page.
    found = await tasks.page_after(session, user.id, read_cursor(cursor), limit + 1)
    page = [DatedTask.model_validate(task) for task in found[:limit]]
    return TaskPage(items=page, next=make_cursor(page[-1].id) if len(found) > limit else None)
