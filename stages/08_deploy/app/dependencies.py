"""What operations ask for: FastAPI calls these functions and hands over what they give."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession
from svcs.fastapi import DepContainer

from app import crud, models
from app.core.config import Settings
from app.core.security import InvalidTokenError, read_token
from app.emailer import Emailer
from app.errors import CHALLENGE
from app.schemas.tasks import TaskId
from app.throttle import LoginThrottle

READING = ("GET", "HEAD", "OPTIONS")


def from_state(name: str) -> object:
    """Depend on what `lifespan` has put into the app's state under this name."""

    def get(request: Request) -> object:
        return getattr(request.state, name)

    return Depends(get)


SettingsDep = Annotated[Settings, from_state("settings")]
ThrottleDep = Annotated[LoginThrottle, from_state("throttle")]


async def get_emailer(services: DepContainer) -> Emailer:
    """Ask the container for what sends emails; `lifespan` has registered it there."""
    return await services.aget(Emailer)


EmailerDep = Annotated[Emailer, Depends(get_emailer)]


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Give one request its session; commit when it went well, before the answer is sent.

    An error leaves the `async with`, which takes back all that was not committed.
    """
    sessions = request.state.sessions
    make = sessions.reading if request.method in READING else sessions.writing
    async with make() as session:
        yield session
        await session.commit()


# `function`: until the operation has returned. By default, it would be until the answer was sent.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]

bearer = OAuth2PasswordBearer(tokenUrl="token", description="A token from `POST /token`.")


async def get_bearer(
    token: Annotated[str, Depends(bearer)], settings: SettingsDep, session: SessionDep
) -> models.User:
    """Find the user whom the token names, or answer 401: authentication."""
    try:
        user = await crud.users.get(session, models.User.id == read_token(token, settings))
    except InvalidTokenError:
        user = None
    if user is None:
        raise HTTPException(401, "Not authenticated", CHALLENGE)
    return user


def get_current_user(user: Annotated[models.User, Depends(get_bearer)]) -> models.User:
    """Let the user in, or answer 403 when the user is disabled: authorization."""
    if user.disabled:
        raise HTTPException(403, "The user is disabled")
    return user


CurrentUser = Annotated[models.User, Depends(get_current_user)]


def get_current_superuser(user: CurrentUser) -> models.User:
    """Let a superuser in, or answer 403."""
    if not user.is_superuser:
        raise HTTPException(403, "Only a superuser may do this")
    return user


CurrentSuperuser = Annotated[models.User, Depends(get_current_superuser)]


async def get_task(task_id: TaskId, user: CurrentUser, session: SessionDep) -> models.Task:
    """Find the task that the path names, among those of the user."""
    return await crud.tasks.of_owner(session, user.id, task_id)


TaskDep = Annotated[models.Task, Depends(get_task)]
