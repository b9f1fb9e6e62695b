"""The operations on users."""

from fastapi import APIRouter

from app.dependencies import CurrentUser
from app.errors import DISABLED, UNAUTHENTICATED
from app.schemas.users import User

router = APIRouter(prefix="/users", tags=["users"], responses=UNAUTHENTICATED | DISABLED)


@router.get("/me", response_description="You")
def read_me(user: CurrentUser) -> User:
    """Read who you are."""
    return user
