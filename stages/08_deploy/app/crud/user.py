"""What can be done with users."""

import re
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.crud.base import CRUDBase
from app.errors import TakenError, UserNotFoundError
from app.models import User
from app.schemas.users import USERNAME, UserCreate, UserUpdate


class CRUDUser(CRUDBase[User, UserCreate, UserUpdate]):
    """Create, read, update and delete users."""

    async def with_id(
        self, session: AsyncSession, user_id: UUID, *, to_change: bool = False
    ) -> User:
        """Return the user with this ID; raise UserNotFoundError when there is none."""
        user = await self.get(session, User.id == user_id, to_change=to_change)
        if user is None:
            raise UserNotFoundError(f"User with ID {user_id} not found")
        return user

    async def named(self, session: AsyncSession, username: str) -> User | None:
        """Return the user with this name, or None."""
        # What can be nobody's name may be too much for the database: half a character, NUL.
        if not re.fullmatch(USERNAME, username):
            return None
        return await self.get(session, User.username == username)

    async def register(
        self, session: AsyncSession, new_user: UserCreate, password_hash: str, **more: object
    ) -> User:
        """Insert a user; raise TakenError when the name or the email is another user's."""
        try:
            return await self.create(session, new_user, password_hash=password_hash, **more)
        except IntegrityError:
            # To look first would not do: another worker can be faster, between looking and this.
            await session.rollback()
        taken = "Username" if await self.named(session, new_user.username) else "Email"
        raise TakenError(f"{taken} already registered")


users = CRUDUser(User, User.created_at, User.id)
