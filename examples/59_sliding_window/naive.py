"""The same API with the common mistake: each minute of the clock is counted by itself."""

import os
from collections import Counter
from collections.abc import Callable
from math import ceil
from time import monotonic

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response

from addresses import client_of, read_proxies
from answers import RESPONSES, Decision, Report

LIMIT = 10
WINDOW = 60.0  # seconds


class Limiter:
    """Counts how often each client came in each window."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.counts: Counter[tuple[str, int]] = Counter()

    def __len__(self) -> int:
        """Return how many counts are remembered."""
        return len(self.counts)

    def decide(self, client: str) -> Decision:
        """Decide on a request of `client` that comes now, and count it."""
        now = self.clock()
        window = int(now // WINDOW)
        self.counts[client, window] += 1
        count = self.counts[client, window]
        if count > LIMIT:
            return Decision(False, 0, ceil((window + 1) * WINDOW - now))
        return Decision(True, LIMIT - count)


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
