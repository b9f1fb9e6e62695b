"""The twin with the common mistake: it waits for the database inside `async def`."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app import dependencies as stage
from app import models
from app.dependencies import SettingsDep, bearer
from app.schemas.tasks import Limit, Skip, Task
from benchmarks.apps.slow import SLOW
from benchmarks.apps.sync_parts import SessionDep, find_bearer, find_tasks, twin


async def get_bearer(
    token: Annotated[str, Depends(bearer)], settings: SettingsDep, session: SessionDep
) -> models.User:
    """Find the user whom the token names."""
    return find_bearer(token, settings, session)


def get_current_user(user: Annotated[models.User, Depends(get_bearer)]) -> models.User:
    """Let the user in, or answer 403."""
    return stage.get_current_user(user)


CurrentUser = Annotated[models.User, Depends(get_current_user)]

router = APIRouter()


@router.get("/tasks", dependencies=[Depends(get_current_user)])
async def list_tasks(
    user: CurrentUser, session: SessionDep, skip: Skip = 0, limit: Limit = 10
) -> list[Task]:
    """List the user's tasks."""
    return [Task.model_validate(task) for task in find_tasks(user, session, skip, limit)]


@router.get("/slow")
async def wait(session: SessionDep) -> None:
    """Run the slow query."""
    session.execute(SLOW)


app = twin(router)
