"""Keep out who guesses passwords: after ten wrong ones, a name is closed for a while."""

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

from fastapi import HTTPException

WRONG_LOGINS = 10
WINDOW = 300.0  # seconds
MOST_NAMES = 10_000
LONGEST_NAME = 100


class LoginThrottle:
    """Counts the wrong logins for each name from each address, in the memory of this process.

    Only the event loop may use it: it has no lock.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def check(self, username: str, address: str) -> None:
        """Answer 429, with the seconds to wait, while the name is closed to the address."""
        moments = self._wrong.get(_key(username, address), deque())
        seconds = moments[0] + WINDOW - self._clock() if len(moments) == WRONG_LOGINS else 0
        if seconds > 0:
            headers = {"Retry-After": str(math.ceil(seconds))}
            raise HTTPException(429, "Too many wrong logins", headers)

    def failed(self, username: str, address: str) -> None:
        """Count a wrong login, and forget what is too old or too much to keep."""
        key, now = _key(username, address), self._clock()
        self._wrong.setdefault(key, deque(maxlen=WRONG_LOGINS)).append(now)
        self._wrong.move_to_end(key)
        while len(self._wrong) > MOST_NAMES or self._oldest() < now - WINDOW:
            self._wrong.popitem(last=False)

    def succeeded(self, username: str, address: str) -> None:
        """Forget the wrong logins: whoever it is knows the password."""
        self._wrong.pop(_key(username, address), None)

    def _oldest(self) -> float:
        """Return when the name that is first in line was last tried."""
        return next(iter(self._wrong.values()))[-1]


def _key(username: str, address: str) -> tuple[str, str]:
    return username[:LONGEST_NAME], address  # A name may be long, and there are many.
