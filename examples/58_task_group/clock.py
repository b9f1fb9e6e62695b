"""A clock that does not wait: tests of two seconds take none."""

import asyncio
from selectors import DefaultSelector, SelectorKey


class JumpingSelector(DefaultSelector):
    """What an event loop waits with: it jumps to the end of a wait in which nothing happens."""

    jumped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return what is ready; count the seconds that were not waited for."""
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout is not None:
            self.jumped += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop on which nobody sleeps: its clock jumps to the next thing to do."""

    def __init__(self) -> None:
        self.selector = JumpingSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        """Return the seconds on the loop's clock."""
        return super().time() + self.selector.jumped
