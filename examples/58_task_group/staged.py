"""Services that do what a test wants."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from services import RejectedError, Services

CAUSE = "postgresql://credit:hunter2@10.0.0.7/credit refuses connections"
NO_SUCH_THING = "There is no such thing."

Act = Callable[[], Awaitable[object]]


class Staged(Services):
    """Services that answer at once, but for those that are given something else to do."""

    def __init__(self, **acts: Act) -> None:
        self.acts = acts
        self.ended: dict[str, str] = {}

    async def wait(self, service: str) -> None:
        """Do what the service was given to do, and note how that ended."""
        self.ended[service] = "not yet"
        try:
            if service in self.acts:
                await self.acts[service]()
        except asyncio.CancelledError:
            self.ended[service] = "cancelled"
            raise
        except Exception:
            self.ended[service] = "failed"
            raise
        self.ended[service] = "answered"


class AllOrNone(Services):
    """Services that answer nobody until all three are being asked; they give up after a second."""

    def __init__(self) -> None:
        self.waiting: set[str] = set()
        self.most = 0
        self.all_here = asyncio.Event()

    async def wait(self, service: str) -> None:
        """Wait for the other two."""
        self.waiting.add(service)
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) == 3:
            self.all_here.set()
        try:
            await asyncio.wait_for(self.all_here.wait(), 1)
        except TimeoutError:
            self.waiting.discard(service)


async def reject() -> None:
    """Say that the order asks for what is not there."""
    raise RejectedError(NO_SUCH_THING)


async def reject_twice() -> None:
    """Check two things in a group of its own, both of which are not there."""
    async with asyncio.TaskGroup() as checks:
        checks.create_task(reject())
        checks.create_task(reject())


async def fail() -> None:
    """Fail as a driver does, with something in the message that no client may read."""
    raise ConnectionRefusedError(CAUSE)


async def answer_nonsense() -> None:
    """Answer what is no JSON: the parser's error is a ValueError, like many a caller's mistake."""
    json.loads("<html>")


async def answer_something_else() -> None:
    """Answer JSON that lacks what it should have."""
    json.loads("{}")["stock"]


async def time_out() -> None:
    """Give up before the app does, as a client with a timeout of its own."""
    raise TimeoutError(CAUSE)


async def be_cancelled() -> None:
    """Wait for something that somebody else cancels."""
    answer = asyncio.get_running_loop().create_future()
    answer.cancel()
    await answer


def after(seconds: float, then: Act | None = None) -> Act:
    """Return what takes so many seconds before it does the rest."""

    async def act() -> None:
        await asyncio.sleep(seconds)
        if then:
            await then()

    return act
