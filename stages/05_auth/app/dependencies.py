"""What operations ask for: FastAPI calls these functions and hands over what they give."""

import logging
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer

from app.core.config import Settings
from app.core.security import InvalidTokenError, read_token
from app.errors import CHALLENGE
from app.schemas.tasks import Task, TaskId
from app.schemas.users import User
from app.store import TaskStore
from app.throttle import LoginThrottle
from app.users import UserStore

logger = logging.getLogger(__name__)


def from_state(name: str) -> object:
    """Depend on what `lifespan` has put into the app's state under this name."""

    def get(request: Request) -> object:
        return getattr(request.state, name)

    return Depends(get)


SettingsDep = Annotated[Settings, from_state("settings")]
UsersDep = Annotated[UserStore, from_state("users")]
ThrottleDep = Annotated[LoginThrottle, from_state("throttle")]

bearer = OAuth2PasswordBearer(tokenUrl="token", description="A token from `POST /token`.")


def get_bearer(
    token: Annotated[str, Depends(bearer)], settings: SettingsDep, users: UsersDep
) -> User:
    """Find the user whom the token names, or answer 401: authentication."""
    try:
        account = users.get(read_token(token, settings))
    except InvalidTokenError:
        account = None
    if account is None:
        raise HTTPException(401, "Not authenticated", CHALLENGE)
    return account.user


def get_current_user(user: Annotated[User, Depends(get_bearer)]) -> User:
    """Let the user in, or answer 403 when the user is disabled: authorization."""
    if user.disabled:
        raise HTTPException(403, "The user is disabled")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def get_store(request: Request) -> Iterator[TaskStore]:
    """Hand the app's store to one request, and take it back after the answer has been sent."""
    store: TaskStore = request.state.store
    logger.info("Store opened for a %s", request.method)
    try:
        yield store
    finally:
        logger.info("Store closed")


StoreDep = Annotated[TaskStore, Depends(get_store)]


def get_task(task_id: TaskId, user: CurrentUser, store: StoreDep) -> Task:
    """Find the task that the path names, among those of the user."""
    return store.get(user.id, task_id)


TaskDep = Annotated[Task, Depends(get_task)]
