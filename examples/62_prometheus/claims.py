"""Measure what is said of counting: series and lines after 1,000 IDs, and the cost of a request.

Three apps answer the same requests in the same process: the right one, the naive one, and a bare
one, which is the right one without its middleware.
"""

import asyncio
import copy
import json
import os
import sys
from statistics import median
from time import process_time
from typing import Any

os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)  # Prometheus' client would write files.

from fastapi import FastAPI

import main
import naive
from asking import ask_all
from metrics import Metrics

PATHS = [f"/items/{number}" for number in range(1, 1001)]
AT_A_TIME = 50
Sample = dict[str, tuple[float, float]]
"""What one round measured: for each claim, the right way and the naive way."""


def without_middleware(app: FastAPI) -> FastAPI:
    """Return an app with the same operations, which counts nothing."""
    bare = copy.copy(app)
    bare.user_middleware, bare.middleware_stack = [], None
    return bare


APPS = {"bare": without_middleware(main.app), "right": main.app, "naive": naive.app}


async def microseconds(app: FastAPI, paths: list[str], metrics: Metrics) -> float:
    """Return how much of the processor a request takes, on average: other programs do not count."""
    start = process_time()
    await ask_all(app, paths, {"metrics": metrics})
    return (process_time() - start) / len(paths) * 1e6


def lines(metrics: Metrics) -> int:
    """Return how many values a scrape has."""
    return sum(not line.startswith("#") for line in metrics.text().decode().splitlines())


def series(metrics: Metrics) -> int:
    """Return how many series `http_requests_total` has."""
    return sum(
        line.startswith("http_requests_total{") for line in metrics.text().decode().splitlines()
    )


async def measure() -> Sample:
    """Let each app count the same requests from zero on, a few at a time, one after the other."""
    numbers = {name: Metrics() for name in APPS}
    extra: dict[str, list[float]] = {"right": [], "naive": []}
    for first in range(0, len(PATHS), AT_A_TIME):
        paths = PATHS[first : first + AT_A_TIME]
        took = {name: await microseconds(app, paths, numbers[name]) for name, app in APPS.items()}
        for name, found in extra.items():
            found.append(took[name] - took["bare"])
    right, naively = numbers["right"], numbers["naive"]
    return {
        "series": (series(right), series(naively)),
        "lines": (lines(right), lines(naively)),
        "cost": (median(extra["right"]), median(extra["naive"])),
    }


def rounds() -> int:
    """Return how many rounds are asked for; end the program where that is no number."""
    said = os.environ.get("CLAIMS_ROUNDS", "7")
    if not said.isascii() or not said.isdecimal() or int(said) < 1:
        sys.stderr.write(f"CLAIMS_ROUNDS is {said!r}, but has to be a whole number from 1 on.\n")
        sys.exit(2)
    return int(said)


def claim(key: str, samples: list[Sample], **said: object) -> dict[str, Any]:
    """Return a claim with what was measured."""
    measured = {"right": [each[key][0] for each in samples]}
    return {**said, "better": "lower", **measured, "naive": [each[key][1] for each in samples]}


def claims(samples: list[Sample]) -> list[dict[str, Any]]:
    """Return what is said, beside what was measured."""
    return [
        claim(
            "series", samples,
            name="Series of http_requests_total after 1,000 IDs", unit="series",
            measures="naive", stated=len(PATHS),
            said_in="Prometheus' documentation: each combination of labels is a series",
        ),
        claim(
            "lines", samples,
            name="Lines of a scrape after 1,000 IDs", unit="lines",
            measures="naive", stated=[18 * len(PATHS), 18 * len(PATHS) + 10],
            said_in="The library's documentation: 15 buckets, a sum and a count for each histogram",
        ),
        claim(
            "cost", samples,
            name="Processor time for counting a request", unit="µs",
            measures="right", stated=[0, 1000],
            said_in="Guides to metrics middleware: negligible, that is less than a millisecond",
        ),
    ]  # fmt: skip


def run() -> None:
    """Measure, and print all claims."""
    count = rounds()
    samples = []
    for number in range(count + 1):
        sample = asyncio.run(measure())
        if number:  # the first round is there to get warm
            samples.append(sample)
            sys.stderr.write(f"round {number} of {count}\n")
    sys.stdout.write(json.dumps({"format": 1, "claims": claims(samples)}) + "\n")


if __name__ == "__main__":
    run()
