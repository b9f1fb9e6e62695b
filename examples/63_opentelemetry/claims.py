"""What tracing costs a request: the app with it and without it, under real servers, in turns."""

import json
import os
import sys
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlsplit

from services import service, serving

REQUESTS = 150  # in a sample


def rounds() -> int:
    """Return how many rounds are wanted; end with one sentence when that is no number."""
    wanted = os.environ.get("CLAIMS_ROUNDS", "7")
    try:
        number = int(wanted)
    except ValueError:
        number = 0
    if number < 1:
        sys.stderr.write("CLAIMS_ROUNDS has to be a whole number of at least 1.\n")
        raise SystemExit(2)
    return number


def milliseconds(url: str) -> float:
    """Return how long a request takes, as the mean of some over one connection."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    start = perf_counter()
    for _ in range(REQUESTS):
        connection.request("GET", "/items")
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"/items answered {answer.status}.")
    passed = (perf_counter() - start) * 1000 / REQUESTS
    connection.close()
    return passed


def measure() -> tuple[list[float], list[float]]:
    """Return the milliseconds with tracing and without it, round by round; the first warms up."""
    wanted = rounds()
    traced: list[float] = []
    plain: list[float] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        collector = stack.enter_context(service())
        off = {"OTEL_SDK_DISABLED": "true"}
        on = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "5000"}
        stock = stack.enter_context(serving("upstream:app", folder / "stock", **off))
        apps = [
            stack.enter_context(serving("main:app", folder / name, UPSTREAM_URL=stock, **settings))
            for name, settings in (("on", on), ("off", off))
        ]
        for number in range(wanted + 1):
            times = [milliseconds(url) for url in apps]
            if number:
                traced.append(times[0])
                plain.append(times[1])
                last = f"{times[0]:.2f} ms traced, {times[1]:.2f} ms not"
                sys.stderr.write(f"Round {number} of {wanted}: {last}\n")
    return traced, plain


def claims() -> list[dict[str, object]]:
    """Measure, and return what is said of it."""
    traced, plain = measure()
    pairs = list(zip(traced, plain, strict=True))
    return [
        {
            "name": "Time that tracing adds to a request of five spans",
            "unit": "ms",
            "better": "lower",
            "measures": "right",
            "stated": 1,
            "said_in": "many articles: less than a millisecond",
            "right": [one - other for one, other in pairs],
        },
        {
            "name": "The same, in percent of the request without it",
            "unit": "%",
            "better": "lower",
            "measures": "right",
            "stated": 5,
            "said_in": "many articles: a few percent",
            "right": [100 * (one - other) / other for one, other in pairs],
        },
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"format": 1, "claims": claims()}))
