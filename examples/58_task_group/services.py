"""The three services that check an order. Here, they only take their time."""

import asyncio

from models import User

DELAYS = {"users": 0.050, "credit": 0.100, "inventory": 0.080}
CREDIT_LIMIT = 1000
STOCK = 50
NOBODY = 99
NOTHING = 999


class RejectedError(Exception):
    """The order asks for what is not there; the message is for the caller."""


class Services:
    """What can be asked; each method is a service of its own."""

    async def find_user(self, user_id: int) -> User:
        """Return who orders; raise RejectedError if there is no such user."""
        await self.wait("users")
        if user_id == NOBODY:
            raise RejectedError(f"User {user_id} does not exist.")
        return User(id=user_id, name=f"User {user_id}")

    async def has_credit(self, user_id: int, amount: float) -> bool:  # noqa: ARG002  # all have the same
        """Tell whether a user can pay an amount."""
        await self.wait("credit")
        return amount <= CREDIT_LIMIT

    async def has_stock(self, product_id: int, quantity: int) -> bool:
        """Tell whether there is enough; raise RejectedError if there is no such product."""
        await self.wait("inventory")
        if product_id == NOTHING:
            raise RejectedError(f"Product {product_id} does not exist.")
        return quantity <= STOCK

    async def wait(self, service: str) -> None:
        """Take as many seconds as a service does; tests put something else here."""
        await asyncio.sleep(DELAYS[service])


def get_services() -> Services:
    """Hand the services to a request."""
    return Services()
