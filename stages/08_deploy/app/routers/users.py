"""The operations on users: who am I, and what only a superuser may do."""

from fastapi import APIRouter

from app import crud, models
from app.dependencies import CurrentSuperuser, CurrentUser, SessionDep
from app.errors import (
    DISABLED,
    FORBIDDEN,
    INVALID,
    ONESELF,
    UNAUTHENTICATED,
    UNREADABLE,
    USER_NOT_FOUND,
    BusinessRuleViolation,
)
from app.schemas.tasks import Limit, Skip
from app.schemas.users import User, UserId, UserUpdate

router = APIRouter(prefix="/users", tags=["users"], responses=UNAUTHENTICATED | DISABLED)


@router.get("/me", response_description="You")
async def read_me(user: CurrentUser) -> User:
    """Read who you are."""
    return User.model_validate(user)


@router.get("", response_description="The users, oldest first", responses=FORBIDDEN | INVALID)
async def list_users(
    _superuser: CurrentSuperuser, session: SessionDep, skip: Skip = 0, limit: Limit = 10
) -> list[User]:
    """List all users in the order of their creation; only for superusers."""
    return [User.model_validate(user) for user in await crud.users.page(session, skip, limit)]


def refuse_oneself(user: models.User, superuser: models.User) -> None:
    """Raise BusinessRuleViolation when both are the same user."""
    if user.id == superuser.id:
        raise BusinessRuleViolation("You cannot disable or delete yourself: who would undo it?")


USER_ERRORS = FORBIDDEN | USER_NOT_FOUND | ONESELF | INVALID


@router.patch(
    "/{user_id}", response_description="The user as it is now", responses=UNREADABLE | USER_ERRORS
)
async def update_user(
    user_id: UserId, changes: UserUpdate, superuser: CurrentSuperuser, session: SessionDep
) -> User:
    """Disable a user, or let the user in again; only for superusers."""
    user = await crud.users.with_id(session, user_id, to_change=True)
    if changes.disabled is True:
        refuse_oneself(user, superuser)
    return User.model_validate(await crud.users.update(session, user, changes))


@router.delete(
    "/{user_id}", status_code=204, response_description="The user is gone", responses=USER_ERRORS
)
async def delete_user(user_id: UserId, superuser: CurrentSuperuser, session: SessionDep) -> None:
    """Delete a user with all tasks of the user; only for superusers."""
    user = await crud.users.with_id(session, user_id, to_change=True)
    refuse_oneself(user, superuser)
    await crud.users.delete(session, user)
