"""The same API with the common mistake: each source is asked when the one before has answered."""

import asyncio
import logging
from collections.abc import Awaitable
from time import perf_counter
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Path, Request, Response
from fastapi.responses import JSONResponse

from models import Missing, Problem, Profile, Reason, SafeProfile
from sources import Sources, get_sources

logger = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds that a source may take

T = TypeVar("T")
UserId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Whose profile", examples=[7])]
SourcesDep = Annotated[Sources, Depends(get_sources)]

FAILURES: dict[int | str, dict[str, Any]] = {
    502: {"model": Problem, "description": "A source of a part failed."},
    504: {"model": Problem, "description": "A source of a part took more than two seconds."},
}

app = FastAPI(title="Profiles", version="1.0.0")


class PartFailedError(Exception):
    """A part of the profile could not be had."""

    def __init__(self, part: str, reason: Reason) -> None:
        super().__init__(f"{part}: {reason}")
        self.reason = reason


@app.exception_handler(PartFailedError)
def answer_failed_part(_request: Request, error: PartFailedError) -> Response:
    """Answer 504 when a source was too slow, else 502."""
    status = 504 if error.reason == "timed out" else 502
    return JSONResponse({"detail": str(error)}, status)


def failed(part: str, reason: Reason, cause: BaseException) -> PartFailedError:
    """Log the cause, which is for us alone, and return the error that a client may see."""
    logger.warning("No %s: %s", part, reason, exc_info=cause)
    return PartFailedError(part, reason)


def is_cancelled() -> bool:
    """Tell whether somebody cancels this task itself, and not only what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def ask(part: str, answer: Awaitable[T]) -> T:
    """Return the answer of a source; raise PartFailedError when there is none in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await answer
    except TimeoutError as error:
        raise failed(part, "timed out", error) from error
    except (Exception, asyncio.CancelledError) as error:  # a cancellation is no `Exception`
        if is_cancelled():
            raise
        raise failed(part, "unavailable", error) from error


async def ask_safely(part: str, answer: Awaitable[T]) -> T | Missing:
    """Return the answer of a source, or why there is none."""
    try:
        return await ask(part, answer)
    except PartFailedError as error:
        return Missing(error=error.reason)


def since(start: float) -> int:
    """Return the milliseconds that have passed since `start`."""
    return round((perf_counter() - start) * 1000)


@app.get("/users/{user_id}/profile", response_description="The whole profile", responses=FAILURES)
async def read_profile(user_id: UserId, sources: SourcesDep) -> Profile:
    """Return all parts of a profile, or an error if one cannot be had."""
    start = perf_counter()
    user = await ask("user", sources.user(user_id))
    orders = await ask("orders", sources.orders(user_id))
    preferences = await ask("preferences", sources.preferences(user_id))
    return Profile(user=user, orders=orders, preferences=preferences, fetch_time_ms=since(start))


@app.get("/users/{user_id}/profile-safe", response_description="What there is of the profile")
async def read_safe_profile(user_id: UserId, sources: SourcesDep) -> SafeProfile:
    """Return the parts of a profile; in place of one that cannot be had, say why."""
    start = perf_counter()
    user = await ask_safely("user", sources.user(user_id))
    orders = await ask_safely("orders", sources.orders(user_id))
    preferences = await ask_safely("preferences", sources.preferences(user_id))
    return SafeProfile(
        user=user, orders=orders, preferences=preferences, fetch_time_ms=since(start)
    )
