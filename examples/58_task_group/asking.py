"""Ask a service, but not for ever, and find what failed when several were asked."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

PATIENCE = 2.0  # seconds that a service may take

T = TypeVar("T")
E = TypeVar("E", bound=Exception)


def is_cancelled() -> bool:
    """Tell whether somebody cancels this task itself, and not only what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def ask(answer: Awaitable[T]) -> T:
    """Return the answer of a service; raise TimeoutError when there is none in time.

    A TaskGroup overlooks a task that ends as cancelled, so a wait that somebody else cancelled
    has to become a failure.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await answer
    except asyncio.CancelledError as error:
        if is_cancelled():
            raise
        raise ConnectionAbortedError("The service's answer was cancelled.") from error


def leaves(group: ExceptionGroup[E]) -> list[E]:
    """Return the failures in a group, and in the groups that are in it."""
    found: list[E] = []
    for error in group.exceptions:
        found += leaves(error) if isinstance(error, ExceptionGroup) else [error]
    return found
