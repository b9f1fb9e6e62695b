"""Two operations that show how waiting is shared: on the event loop, and in threads."""

import asyncio
from threading import current_thread
from time import perf_counter, sleep

from fastapi import APIRouter

from app.dependencies import ClientDep
from app.external import fetch
from app.schemas.external import FetchResults, Nap

router = APIRouter(tags=["demonstrations"])

DELAYS = (1, 2, 1)


@router.get("/tasks/fetch-multiple", response_description="How each request went")
async def fetch_multiple(client: ClientDep) -> FetchResults:
    """Ask the upstream three times at once: together that takes as long as the slowest."""
    start = perf_counter()
    results = await asyncio.gather(*(fetch(client, f"/delay/{seconds}") for seconds in DELAYS))
    elapsed = round((perf_counter() - start) * 1000)
    message = f"Fetched {len(results)} addresses at once"
    return FetchResults(message=message, results=results, elapsed_ms=elapsed)


@router.get("/sync-endpoint", response_description="Who slept")
def sync_endpoint() -> Nap:
    """Block a thread of the thread pool for a second; the event loop goes on meanwhile."""
    sleep(1)
    return Nap(message="Slept for a second", thread=current_thread().name)
