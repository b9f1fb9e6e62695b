"""How the app asks the inventory, a service of somebody else, and what it does when that fails."""

import asyncio
import logging
import os
from functools import cache
from ssl import SSLContext

import httpx
from pydantic import BaseModel, NonNegativeInt

from errors import ExternalServiceError

logger = logging.getLogger(__name__)


class Stock(BaseModel):
    """How many pieces of an article there are."""

    sku: str
    in_stock: NonNegativeInt


@cache
def certificates() -> SSLContext:
    """Read the certificates of the web, once: that takes longer than many a request."""
    return httpx.create_ssl_context()


def open_client() -> httpx.AsyncClient:
    """Return a client for the inventory at INVENTORY_URL; INVENTORY_TIMEOUT is in seconds."""
    return httpx.AsyncClient(
        base_url=os.environ.get("INVENTORY_URL") or "http://127.0.0.1:8001",
        timeout=float(os.environ.get("INVENTORY_TIMEOUT") or 2),
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
    except (TimeoutError, httpx.HTTPError, ValueError) as error:
        logger.warning("The inventory failed for %s: %s", sku, type(error).__name__)
        raise ExternalServiceError("inventory") from error
