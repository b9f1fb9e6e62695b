"""Sources that do what a test wants."""

import asyncio
from collections.abc import Awaitable, Callable

from sources import Sources

CAUSE = "postgresql://orders:hunter2@10.0.0.7/orders refuses connections"

Act = Callable[[], Awaitable[object]]


class Staged(Sources):
    """Sources that answer at once, but for the parts that are given something else to do."""

    def __init__(self, **acts: Act) -> None:
        self.acts = acts
        self.asked: list[str] = []

    async def wait(self, part: str) -> None:
        """Note which part is asked for, and do what it was given to do."""
        self.asked.append(part)
        if part in self.acts:
            await self.acts[part]()


class AllOrNone(Sources):
    """Sources that answer nobody until all three are being asked; they give up after a second."""

    def __init__(self) -> None:
        self.waiting: set[str] = set()
        self.most = 0
        self.all_here = asyncio.Event()

    async def wait(self, part: str) -> None:
        """Wait for the other two."""
        self.waiting.add(part)
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) == 3:
            self.all_here.set()
        try:
            await asyncio.wait_for(self.all_here.wait(), 1)
        except TimeoutError:
            self.waiting.discard(part)


async def fail() -> None:
    """Fail as a driver does, with something in the message that no client may read."""
    raise RuntimeError(CAUSE)


async def be_cancelled() -> None:
    """Wait for something that somebody else cancels."""
    answer = asyncio.get_running_loop().create_future()
    answer.cancel()
    await answer


def after(seconds: float) -> Act:
    """Return what takes so many seconds."""
    return lambda: asyncio.sleep(seconds)
