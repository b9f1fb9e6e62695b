"""Measure how long a failure takes with a TaskGroup, and with two ways to use gather."""

import asyncio
import json
import os
import sys
from time import perf_counter
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from httpx2 import ASGITransport, AsyncClient

import main
from asking import ask
from services import NOBODY, RejectedError, Services, get_services

DOCS = "Python's documentation of asyncio"
COURSES = "courses on TaskGroup: a failure takes as long as the check that fails, here 50 of 100 ms"

gathering = FastAPI()
ServicesDep = Annotated[Services, Depends(get_services)]


class Busy(Services):
    """Services that know how many of them are at work."""

    def __init__(self) -> None:
        self.working = 0
        self.quiet = asyncio.Event()

    async def wait(self, service: str) -> None:
        """Take the usual time, and note when nobody is at work any more."""
        self.working += 1
        try:
            await super().wait(service)
        finally:
            self.working -= 1
            if not self.working:
                self.quiet.set()


async def gathered(services: Services, *, wait_for_all: bool) -> None:
    """Ask all three services with gather, about an order of nobody."""
    results = await asyncio.gather(
        ask(services.find_user(NOBODY)),
        ask(services.has_credit(NOBODY, 1)),
        ask(services.has_stock(1, 1)),
        return_exceptions=wait_for_all,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result


@gathering.post("/orders/validate")
async def validate_order(services: ServicesDep, *, wait_for_all: bool) -> None:
    """Answer like the lesson's app, with one of two ways to use gather."""
    try:
        await gathered(services, wait_for_all=wait_for_all)
    except RejectedError as error:
        raise HTTPException(400, {"validation_errors": [str(error)]}) from error


async def milliseconds(app: FastAPI, *, wait_for_all: bool = False) -> tuple[float, float]:
    """Return how long the answer took, and how long until no service was at work any more."""
    services = Busy()
    app.dependency_overrides[get_services] = lambda: services
    order = {"user_id": NOBODY, "product_id": 1, "quantity": 1, "amount": 1}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        start = perf_counter()
        answer = await client.post(
            "/orders/validate", params=order | {"wait_for_all": wait_for_all}
        )
        answered = perf_counter()
        await services.quiet.wait()
        quiet = perf_counter()
    if answer.status_code != 400:
        raise RuntimeError(f"An order of nobody was answered with {answer.status_code}.")
    return (answered - start) * 1000, (quiet - start) * 1000


async def measure(number: int) -> dict[str, list[float]]:
    """Send an order of nobody to each of the three in turn, round by round."""
    names = ("group", "group_quiet", "gather", "gather_quiet", "all", "all_quiet")
    samples: dict[str, list[float]] = {name: [] for name in names}
    for each in range(number + 1):
        group = await milliseconds(main.app)
        gather = await milliseconds(gathering)
        patient = await milliseconds(gathering, wait_for_all=True)
        if each:  # the first round only warms up
            for name, value in zip(names, (*group, *gather, *patient), strict=True):
                samples[name].append(value)
            sys.stderr.write(f"Round {each} of {number}: {group[0]:.0f} ms to the 400\n")
    return samples


def claim(
    name: str, measures: str, stated: float, said_in: str, *ways: list[float]
) -> dict[str, object]:
    """Return one claim about a time, with the samples of the right way and of the other."""
    claimed = {"name": name, "unit": "ms", "better": "lower", "measures": measures}
    return claimed | {"stated": stated, "said_in": said_in, "right": ways[0], "naive": ways[1]}


def claims(samples: dict[str, list[float]]) -> dict[str, object]:
    """Return the document with what is claimed, and what was measured."""
    group, quiet = samples["group"], samples["group_quiet"]
    fast = "Time to the 400, saved against gather with return_exceptions"
    same = "Time to the 400, of plain gather against TaskGroup"
    rest = "Time until no check runs, saved against plain gather"
    first = f"{DOCS}: gather, too, raises the first exception at once"
    cancelled = f"{DOCS}: a TaskGroup cancels the other tasks, and gather does not"
    return {
        "format": 1,
        "claims": [
            claim(fast, "saving", 50, COURSES, group, samples["all"]),
            claim(same, "ratio", 1, first, group, samples["gather"]),
            claim(rest, "saving", 50, cancelled, quiet, samples["gather_quiet"]),
        ],
    }


def rounds() -> int:
    """Return how many rounds are wanted; end the program with a sentence if that is no number."""
    wanted = os.environ.get("CLAIMS_ROUNDS", "7")
    if not wanted.isdecimal() or int(wanted) < 1:
        sys.stderr.write("CLAIMS_ROUNDS has to be a whole number of at least 1.\n")
        raise SystemExit(2)
    return int(wanted)


if __name__ == "__main__":
    measured = asyncio.run(measure(rounds()))
    sys.stdout.write(json.dumps(claims(measured), indent=2) + "\n")
