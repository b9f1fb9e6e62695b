"""Ask the upstream, a service of somebody else: it may be slow, broken or gone."""

import asyncio
import logging
import os
from functools import cache
from ssl import SSLContext

import httpx
from pydantic import JsonValue, TypeAdapter

from app.schemas.external import FetchResult

logger = logging.getLogger(__name__)

ANY_JSON = TypeAdapter[JsonValue](JsonValue)


@cache
def certificates() -> SSLContext:
    """Read the certificates of the web, once: that takes longer than many a request."""
    return httpx.create_ssl_context()


def open_client() -> httpx.AsyncClient:
    """Make the client that all requests share; close it with `async with`."""
    return httpx.AsyncClient(
        base_url=os.environ.get("UPSTREAM_URL", "http://127.0.0.1:8001"),
        timeout=float(os.environ.get("UPSTREAM_TIMEOUT", "5")),
        verify=certificates(),
        trust_env=False,  # A proxy for the internet cannot reach this machine.
    )


async def get(client: httpx.AsyncClient, path: str, **query: int) -> httpx.Response:
    """Send one GET; raise TimeoutError or httpx.HTTPError when no answer comes in time."""
    # The client's timeout begins again with each piece of an answer; this one is for the whole.
    async with asyncio.timeout(client.timeout.read):
        return await client.get(path, params=query)


async def ask_about(client: httpx.AsyncClient, task_id: int) -> JsonValue:
    """Return what the upstream says of a task; log a warning and return None when it fails."""
    try:
        answer = await get(client, "/get", task_id=task_id)
        answer.raise_for_status()
        return ANY_JSON.validate_json(answer.content)
    except (TimeoutError, httpx.HTTPError, ValueError) as error:
        logger.warning("The upstream failed for task %d: %s", task_id, type(error).__name__)
        return None


async def fetch(client: httpx.AsyncClient, path: str) -> FetchResult:
    """Send one GET and report how it went; a failure is reported as well, not raised."""
    url = str(client.build_request("GET", path).url)
    try:
        answer = await get(client, path)
    except (TimeoutError, httpx.TimeoutException):
        return FetchResult(url=url, status=None, error="timeout")
    except httpx.HTTPError:
        return FetchResult(url=url, status=None, error="unreachable")
    return FetchResult(url=url, status=answer.status_code)
