"""The same API with the common mistake: only what the app foresees has the shape of its errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI, Path, Query, Request, Response
from pydantic import BaseModel

from errors import (
    AppException,
    BusinessRuleError,
    ResourceNotFoundError,
    documented,
    envelope,
)
from stock import Stock, ask_inventory, open_client

LARGEST_ORDER = 100
USERS: dict[int, dict[str, object]] = {
    1: {"id": 1, "name": "Ada Lovelace"},
    2: {"id": 2, "name": "Grace Hopper"},
    3: {"id": 3, "email": "alan@example.org"},  # Kept before users had names: nobody thought of it.
}


class User(BaseModel):
    """Somebody who orders."""

    id: int
    name: str


class Order(BaseModel):
    """What was ordered."""

    id: UUID
    quantity: int


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Open the client that all requests share, and close it at the end."""
    async with open_client() as client:
        yield {"inventory": client}


app = FastAPI(
    title="Exception architecture",
    version="1.0.0",
    lifespan=lifespan,
    responses={
        422: documented("VALIDATION_ERROR", "The input is not valid", errors=[]),
        500: documented("INTERNAL_SERVER_ERROR", "Something went wrong on our side"),
    },
)


@app.exception_handler(AppException)
async def answer_app_exception(_request: Request, error: AppException) -> Response:
    """Answer what the app foresees."""
    return envelope(error.status, error.error_code, str(error), error.details)


@app.get(
    "/users/{user_id}",
    responses={404: documented("USER_NOT_FOUND", "User 4 does not exist", resource="User", id=4)},
)
def read_user(user_id: Annotated[int, Path(ge=1, lt=2**63)]) -> User:
    """Read one user."""
    if user_id not in USERS:
        raise ResourceNotFoundError("User", user_id)
    return User.model_validate(USERS[user_id])


@app.post("/orders", status_code=201)
def create_order(
    # The schema names the rule's limit; a number above it is refused by the rule.
    quantity: Annotated[int, Query(ge=1, json_schema_extra={"maximum": LARGEST_ORDER})],
) -> Order:
    """Order some pieces."""
    if quantity > LARGEST_ORDER:
        message = f"An order has at most {LARGEST_ORDER} pieces"
        raise BusinessRuleError("MAX_ORDER_QUANTITY", message, limit=LARGEST_ORDER)
    return Order(id=uuid4(), quantity=quantity)


@app.get(
    "/inventory/{sku}",
    responses={
        502: documented(
            "EXTERNAL_SERVICE_ERROR",
            "The service inventory does not answer as it should",
            service="inventory",
        )
    },
)
async def read_inventory(
    request: Request, sku: Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,32}$")]
) -> Stock:
    """Ask the inventory how many pieces of an article there are."""
    client: httpx.AsyncClient = request.state.inventory
    return await ask_inventory(client, sku)
