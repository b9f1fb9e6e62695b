"""The three services that know the parts of a profile. Here, they only take their time."""

import asyncio

from models import Order, Preferences, User

DELAYS = {"user": 0.100, "orders": 0.150, "preferences": 0.080}


class Sources:
    """What can be asked; each method is a service of its own."""

    async def user(self, user_id: int) -> User:
        """Return who it is."""
        await self.wait("user")
        return User(id=user_id, name=f"User {user_id}")

    async def orders(self, user_id: int) -> list[Order]:  # noqa: ARG002  # all buy the same
        """Return what was bought."""
        await self.wait("orders")
        return [Order(id=1, item="Keyboard"), Order(id=2, item="Lamp")]

    async def preferences(self, user_id: int) -> Preferences:  # noqa: ARG002  # and like the same
        """Return how the user likes to see things."""
        await self.wait("preferences")
        return Preferences(theme="dark", language="en")

    async def wait(self, part: str) -> None:
        """Take as many seconds as the service behind a part; tests put something else here."""
        await asyncio.sleep(DELAYS[part])


def get_sources() -> Sources:
    """Hand the sources to a request."""
    return Sources()
