"""The users, in memory and known from the start; stage 06 keeps them in a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.security import hash_password
from app.schemas.users import User

DEMO_PASSWORD = "password123"  # noqa: S105  # it is no secret
DEMO_USERS = (
    ("7e57ed00-0000-4000-a000-000000000001", "testuser", "Test User", False),
    ("7e57ed00-0000-4000-a000-000000000002", "otheruser", "Other User", False),
    ("7e57ed00-0000-4000-a000-000000000003", "disableduser", "Disabled User", True),
)


@dataclass(frozen=True)
class Account:
    """A user, and the hash of the password, which never leaves the app."""

    user: User
    password_hash: str


class UserStore:
    """The accounts, found by ID or by name; nothing changes them."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._by_id = {account.user.id: account for account in accounts}
        self._by_name = {account.user.username: account for account in accounts}

    def get(self, user_id: UUID) -> Account | None:
        """Return the account with this ID, or None."""
        return self._by_id.get(user_id)

    def named(self, username: str) -> Account | None:
        """Return the account with this name, or None."""
        return self._by_name.get(username)


async def demo_users() -> UserStore:
    """Make the users to try the API with."""
    users = [
        User(
            id=UUID(user_id),
            username=name,
            email=f"{name}@example.com",
            full_name=full_name,
            disabled=disabled,
        )
        for user_id, name, full_name, disabled in DEMO_USERS
    ]
    return UserStore([Account(user, await hash_password(DEMO_PASSWORD)) for user in users])
