"""Measure what reaches the origin of 1 000 reads, with and without a cache."""

import json
import os
import random
import sys
from functools import partial
from typing import Any

import httpx

import main
import naive
from origin import Origin, caching_client, serving

READS = 1_000
CONFIG = ("/static-config",)
FEED = ("/feed",)
MIXED = (*CONFIG, "/user/{}/avatar", *FEED, "/sensitive-data")
USERS = 50
SAID = "articles on web performance: caching cuts the load of a server by 90 %"

Samples = dict[str, tuple[list[float], list[float]]]


def rounds() -> int:
    """Return how many rounds are wanted; end the program with a sentence if that is no number."""
    wanted = os.environ.get("CLAIMS_ROUNDS", "7")
    if not wanted.isdecimal() or int(wanted) < 1:
        sys.stderr.write("CLAIMS_ROUNDS has to be a whole number of at least 1.\n")
        raise SystemExit(2)
    return int(wanted)


def read(origin: Origin, client: httpx.Client, paths: tuple[str, ...], reads: int) -> None:
    """Read so often, each time one of the paths, and start with an empty record."""
    made_up = random.Random(60)  # noqa: S311 - the same order for both ways
    origin.hits.clear()
    for _ in range(reads):
        path = made_up.choice(paths).format(made_up.randint(1, USERS))
        client.get(path).raise_for_status()


def hits(origin: Origin, paths: tuple[str, ...], reads: int, *, cached: bool) -> float:
    """Return how many of the reads reach the origin, from a client with a cache or without."""
    plain = partial(httpx.Client, base_url=origin.url, trust_env=False)
    with caching_client(origin.url) if cached else plain() as client:
        read(origin, client, paths, reads)
    return len(origin.hits)


def kilobytes(origin: Origin, reads: int) -> float:
    """Return what the origin sends as bodies, when a client with a cache reads the feed."""
    with caching_client(origin.url) as client:
        read(origin, client, FEED, reads)
    return sum(hit.size for hit in origin.hits) / 1000


def measure(right: Origin, naive_way: Origin, reads: int) -> dict[str, tuple[float, float]]:
    """Return what both ways come to, for each claim."""
    return {
        name: (hits(right, paths, reads, cached=True), hits(right, paths, reads, cached=False))
        for name, paths in (("config", CONFIG), ("mixed", MIXED))
    } | {"feed": (kilobytes(right, reads), kilobytes(naive_way, reads))}


def claim(name: str, unit: str, samples: tuple[list[float], list[float]]) -> dict[str, Any]:
    """Return one claim about what is saved."""
    return {
        "name": name,
        "unit": unit,
        "better": "lower",
        "measures": "saving",
        "stated": 90,
        "said_in": SAID,
        "right": samples[0],
        "naive": samples[1],
    }


def measure_all(number: int) -> Samples:
    """Measure round by round, after a short one that is not counted."""
    samples: Samples = {"config": ([], []), "mixed": ([], []), "feed": ([], [])}
    with serving(main.app) as right, serving(naive.app) as naive_way:
        measure(right, naive_way, READS // 20)
        for each in range(1, number + 1):
            for name, (with_cache, without) in measure(right, naive_way, READS).items():
                samples[name][0].append(with_cache)
                samples[name][1].append(without)
            last = f"{samples['mixed'][0][-1]:.0f} hits with a cache"
            sys.stderr.write(f"Round {each} of {number}: {last}\n")
    return samples


def document(samples: Samples) -> dict[str, object]:
    """Return the document with what is claimed, and what was measured."""
    return {
        "format": 1,
        "claims": [
            claim("Origin hits, 1 000 reads of the settings", "hits", samples["config"]),
            claim("Origin hits, 1 000 reads of all four paths", "hits", samples["mixed"]),
            claim("Bodies of 1 000 reads of the feed, 304 against none", "kB", samples["feed"]),
        ],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(measure_all(rounds())), indent=2) + "\n")
