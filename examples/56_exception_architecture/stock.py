"""How the app asks the inventory, a service of somebody else, and what it does when that fails."""

import asyncio
import logging
import os
from functools import cache
from ssl import SSLContext
from typing import Annotated, TypeVar

import httpx
from pydantic import BaseModel, Field, HttpUrl, NonNegativeInt, TypeAdapter, ValidationError

from errors import ExternalServiceError

logger = logging.getLogger(__name__)

T = TypeVar("T")
URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)
SECONDS: TypeAdapter[float] = TypeAdapter(Annotated[float, Field(gt=0, allow_inf_nan=False)])

FAILURES = (
    TimeoutError,
    httpx.HTTPError,
    httpx.InvalidURL,  # A redirect to what is no address; the client reads it, and does not go.
    UnicodeError,  # The same, for a name that cannot be one.
    ValidationError,  # The answer is not what was asked for.
)
"""What an inventory can raise here, whatever it does; a mistake of our own is none of these."""


class Stock(BaseModel):
    """How many pieces of an article there are."""

    sku: str
    in_stock: NonNegativeInt


def read_variable(name: str, default: str, kind: TypeAdapter[T]) -> T:
    """Return a variable of the environment; end the process with one sentence when it is wrong."""
    try:
        return kind.validate_python(os.environ.get(name) or default)
    except ValidationError as error:
        raise SystemExit(f"The app cannot start. {name}: {error.errors()[0]['msg']}.") from None


def read_settings() -> tuple[HttpUrl, float]:
    """Return where the inventory is, and for how many seconds to wait for it."""
    return (
        read_variable("INVENTORY_URL", "http://127.0.0.1:8001", URL),
        read_variable("INVENTORY_TIMEOUT", "2", SECONDS),
    )


read_settings()  # At the import: a mistake ends the start, and not each request.


@cache
def certificates() -> SSLContext:
    """Read the certificates of the web, once: that takes longer than many a request."""
    return httpx.create_ssl_context()


def open_client() -> httpx.AsyncClient:
    """Return a client for the inventory at INVENTORY_URL; INVENTORY_TIMEOUT is in seconds."""
    url, seconds = read_settings()
    return httpx.AsyncClient(
        base_url=str(url),
        timeout=seconds,
        verify=certificates(),
        trust_env=False,  # A proxy for the internet cannot reach this machine.
    )


async def ask_inventory(client: httpx.AsyncClient, sku: str) -> Stock:
    """Return the stock of an article; raise ExternalServiceError, whatever the reason."""
    try:
        # The client's own timeout begins again with each piece of the answer; this one is for all.
        async with asyncio.timeout(client.timeout.read):
            answer = await client.get(f"/stock/{sku}")
        return Stock.model_validate_json(answer.raise_for_status().content)
    except FAILURES as error:
        logger.warning("The inventory failed for %s: %s", sku, type(error).__name__)
        raise ExternalServiceError("inventory") from error
