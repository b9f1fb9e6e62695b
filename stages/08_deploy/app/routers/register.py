"""Becoming a user."""

from fastapi import APIRouter

from app import crud
from app.core.security import hash_password
from app.dependencies import SessionDep
from app.errors import INVALID, TAKEN, UNREADABLE
from app.schemas.users import User, UserCreate

router = APIRouter(tags=["register"])


@router.post(
    "/register",
    status_code=201,
    response_description="The new user",
    responses=UNREADABLE | TAKEN | INVALID,
)
async def register(new_user: UserCreate, session: SessionDep) -> User:
    """Become a user, under a name that nobody has."""
    # Hashed first: the session takes no connection before its first query.
    hashed = await hash_password(new_user.password.get_secret_value())
    return User.model_validate(await crud.users.register(session, new_user, hashed))
