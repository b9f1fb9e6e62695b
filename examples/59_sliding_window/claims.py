"""Measure what gets through around a boundary, and what 100 000 clients leave in memory.

The naive way of the first is `naive.py`; of memory it is `Remembering`, which this is said of.
"""

import gc
import json
import os
import sys
import tracemalloc
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Protocol

from fastapi import FastAPI
from fastapi.testclient import TestClient

import main
import naive

CLIENTS = 100_000
MEGABYTE = 1_000_000
REPORT = "a report on a limiter with a deque for each client, which forgets none: 882 bytes each"
Sample = tuple[float, float, float]


class Limiter(Protocol):
    """What both ways have in common."""

    def decide(self, client: str) -> object:
        """Decide on a request of `client`."""


class Clock:
    """A clock that stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


class Remembering:
    """A limiter that forgets times, and never a client: a window that slides, as often shown."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.times: defaultdict[str, deque[float]] = defaultdict(deque)

    def decide(self, client: str) -> bool:
        """Tell whether `client` gets through now, and remember it if so."""
        now, times = self.clock(), self.times[client]
        while times and now - times[0] >= main.WINDOW:
            times.popleft()
        if len(times) >= main.LIMIT:
            return False
        times.append(now)
        return True


def rounds() -> int:
    """Return how many rounds are wanted; end the program with a sentence if that is no number."""
    wanted = os.environ.get("CLAIMS_ROUNDS", "7")
    if not wanted.isdecimal() or int(wanted) < 1:
        sys.stderr.write("CLAIMS_ROUNDS has to be a whole number of at least 1.\n")
        raise SystemExit(2)
    return int(wanted)


def let_through(create_app: Callable[[Clock], FastAPI]) -> int:
    """Send 20 requests in the last second of a minute and 20 in the next; count those answered."""
    clock = Clock()
    with TestClient(create_app(clock)) as client:
        codes = []
        for clock.now in (59.5, 60.5):
            codes += [client.get("/api/expensive").status_code for _ in range(20)]
    return codes.count(200)


def memory(limiter_for: Callable[[Clock], Limiter]) -> tuple[float, float]:
    """Return what a limiter holds after a request of each client, and when all have gone, in MB.

    Counted is what Python allocates meanwhile and does not free again.
    """
    clock = Clock()
    gc.collect()
    tracemalloc.start()
    limiter = limiter_for(clock)
    for number in range(CLIENTS):
        limiter.decide(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    full = tracemalloc.get_traced_memory()[0]
    clock.now = 120.0
    limiter.decide("192.0.2.1")
    later = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return full / MEGABYTE, later / MEGABYTE


def measure(number: int) -> tuple[list[Sample], list[Sample]]:
    """Measure both ways in turn, round by round; the first round is not counted."""
    right: list[Sample] = []
    naive_way: list[Sample] = []
    for each in range(number + 1):
        right.append((let_through(main.create_app), *memory(main.Limiter)))
        naive_way.append((let_through(naive.create_app), *memory(Remembering)))
        if each:
            last = f"sliding {right[-1][0]} through, fixed {naive_way[-1][0]}"
            sys.stderr.write(f"Round {each} of {number}: {last}\n")
    return right[1:], naive_way[1:]


def claims(right: list[Sample], naive_way: list[Sample]) -> dict[str, object]:
    """Return the document with what is claimed, and what was measured."""
    said: list[tuple[str, str, str, float, str]] = [
        (
            "Let through around a boundary",
            "requests",
            "ratio",
            2,
            "articles on rate limits: a fixed window lets through twice the limit",
        ),
        ("Memory while 100 000 clients count", "MB", "naive", 88, REPORT),
        ("Memory after they have gone", "MB", "naive", 88, REPORT),
    ]
    return {
        "format": 1,
        "claims": [
            {
                "name": name,
                "unit": unit,
                "better": "lower",
                "measures": measures,
                "stated": stated,
                "said_in": said_in,
                "right": [sample[index] for sample in right],
                "naive": [sample[index] for sample in naive_way],
            }
            for index, (name, unit, measures, stated, said_in) in enumerate(said)
        ],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(claims(*measure(rounds())), indent=2) + "\n")
