"""Measure how long a profile takes when its sources are asked at once, and one by one."""

import asyncio
import json
import os
import sys
from time import perf_counter

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

import main
import naive

STATED = "many courses on asyncio, for sources of 100, 150 and 80 ms"

Samples = dict[str, list[float]]


def rounds() -> int:
    """Return how many rounds are wanted; end the program with a sentence if that is no number."""
    wanted = os.environ.get("CLAIMS_ROUNDS", "7")
    try:
        number = int(wanted)
    except ValueError:
        number = 0
    if number < 1:
        sys.stderr.write("CLAIMS_ROUNDS has to be a whole number of at least 1.\n")
        raise SystemExit(2)
    return number


def client_of(app: FastAPI) -> AsyncClient:
    """Return a client that speaks to an app in this process."""
    return AsyncClient(transport=ASGITransport(app), base_url="http://localhost")


async def milliseconds(client: AsyncClient) -> float:
    """Return how long one profile takes."""
    start = perf_counter()
    answer = await client.get("/users/7/profile")
    passed = (perf_counter() - start) * 1000
    answer.raise_for_status()
    return passed


async def measure(number: int) -> Samples:
    """Ask both apps in turn, round by round; what comes before the first is not counted."""
    samples: Samples = {"right": [], "naive": []}
    async with client_of(main.app) as right, client_of(naive.app) as one_by_one:
        for client in (right, one_by_one):
            await milliseconds(client)
        for each in range(1, number + 1):
            samples["right"].append(await milliseconds(right))
            samples["naive"].append(await milliseconds(one_by_one))
            last = (
                f"{samples['right'][-1]:.0f} ms at once, {samples['naive'][-1]:.0f} ms one by one"
            )
            sys.stderr.write(f"Round {each} of {number}: {last}\n")
    return samples


def claim(name: str, measures: str, stated: float, samples: Samples) -> dict[str, object]:
    """Return one claim about the time of a profile."""
    return {
        "name": name,
        "unit": "ms",
        "better": "lower",
        "measures": measures,
        "stated": stated,
        "said_in": STATED,
        **samples,
    }


def claims(samples: Samples) -> dict[str, object]:
    """Return the document with what is claimed, and what was measured."""
    return {
        "format": 1,
        "claims": [
            claim("A profile, asked at once", "right", 150, samples),
            claim("A profile, asked one by one", "naive", 330, samples),
            claim("Time saved by asking at once", "saving", 55, samples),
        ],
    }


if __name__ == "__main__":
    measured = asyncio.run(measure(rounds()))
    sys.stdout.write(json.dumps(claims(measured), indent=2) + "\n")
