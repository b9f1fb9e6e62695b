"""An API with a limit: whichever 60 seconds you look at, a client got through 10 times at most."""

import os
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from time import monotonic

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response

from addresses import client_of, read_proxies
from answers import RESPONSES, Decision, Report

LIMIT = 10
WINDOW = 60.0  # seconds
MAX_CLIENTS = 100_000  # so many are remembered at a time


class Limiter:
    """Remembers when each client got through, for as long as that counts."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        # In the order of their last time: whoever is to be forgotten next comes first.
        self.times: OrderedDict[str, list[float]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self.times)

    def decide(self, client: str) -> Decision:
        """Decide on a request of `client` that comes now, and remember it if it gets through."""
        now = self.clock()
        self.forget_idle(now)
        times = [then for then in self.times.get(client, []) if now - then < WINDOW]
        if len(times) >= LIMIT:
            return Decision(False, 0, ceil(WINDOW - (now - times[0])))
        if client not in self.times and len(self.times) >= MAX_CLIENTS:
            next_idle = next(iter(self.times.values()))
            return Decision(False, 0, ceil(WINDOW - (now - next_idle[-1])))
        self.times[client] = [*times, now]
        self.times.move_to_end(client)
        return Decision(True, LIMIT - len(times) - 1)

    def forget_idle(self, now: float) -> None:
        """Forget the clients whose last time no longer counts."""
        while self.times and now - next(iter(self.times.values()))[-1] >= WINDOW:
            self.times.popitem(last=False)


# `async`, so it runs on the event loop, where nobody comes between counting and deciding.
async def limit(request: Request, response: Response) -> None:
    """Let a client through if it has requests left, and tell it how many."""
    state = request.app.state
    decision = state.limiter.decide(client_of(request, state.proxies))
    headers = {
        "X-RateLimit-Limit": str(LIMIT),
        "X-RateLimit-Remaining": str(decision.remaining),
    }
    if not decision.admitted:
        detail = f"Too many requests: {LIMIT} in {WINDOW:.0f} seconds are allowed."
        headers["Retry-After"] = str(decision.retry_after)
        raise HTTPException(429, detail, headers)
    response.headers.update(headers)


router = APIRouter(prefix="/api")


@router.get("/expensive", dependencies=[Depends(limit)], responses=RESPONSES)
def compute_report() -> Report:
    """Compute what takes long."""
    return Report(result=sum(number**2 for number in range(1_000)))


def create_app(clock: Callable[[], float] = monotonic) -> FastAPI:
    """Return the app, which takes the time in seconds from `clock`."""
    app = FastAPI(title="Sliding window", version="1.0.0")
    app.state.limiter = Limiter(clock)
    app.state.proxies = read_proxies(os.environ.get("TRUSTED_PROXIES", ""))
    app.include_router(router)
    return app


app = create_app()
