"""One shape for every error: what the app foresees, what the framework refuses, and the rest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.utils import is_body_allowed_for_status_code
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from errors import (
    AppException,
    BusinessRuleError,
    ResourceNotFoundError,
    code_of,
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


@app.exception_handler(RequestValidationError)
async def answer_invalid_input(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 with what is wrong where, but without the value that was sent."""
    wrong = [{key: each[key] for key in ("type", "loc", "msg")} for each in error.errors()]
    return envelope(422, "VALIDATION_ERROR", "The input is not valid", {"errors": wrong})


@app.exception_handler(HTTPException)  # Starlette's: FastAPI's own is a kind of it.
async def answer_http_exception(_request: Request, error: HTTPException) -> Response:
    """Answer what the framework refuses, such as an unknown route; keep the headers."""
    status, said = error.status_code, error.detail
    if not is_body_allowed_for_status_code(status):
        return Response(None, status, error.headers)
    if isinstance(said, str):
        return envelope(status, code_of(status), said, headers=error.headers)
    message = "The request was refused"
    return envelope(status, code_of(status), message, {"detail": said}, error.headers)


@app.exception_handler(Exception)
async def answer_unexpected(_request: Request, _error: Exception) -> Response:
    """Answer 500 and say nothing of the cause; the server logs it, for it is raised again."""
    # uvicorn closes the connection then. A client that knows does not send its next request there.
    ends = {"Connection": "close"}
    return envelope(500, "INTERNAL_SERVER_ERROR", "Something went wrong on our side", headers=ends)


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
