"""Measure what each image adds to its base, how long a rebuild takes, and a container's start."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import containers
from containers import BASE, LESSON, Podman
from stand_in import MissingError

Samples = dict[str, list[float]]
FILES = ("Dockerfile", ".dockerignore", "requirements.lock", "healthcheck.py", "main.py")
CLAIMS: dict[str, dict[str, object]] = {
    "rebuild": {
        "name": "Time saved by a layer for the packages, after a code change",
        "unit": "s",
        "better": "lower",
        "measures": "saving",
        "stated": [60, 80],
        "said_in": "tutorials on layer caching, of typical Python projects",
    },
    "added": {
        "name": "What the image adds to its base",
        "unit": "MB",
        "better": "lower",
        "measures": "right",
        "stated": 50,
        "said_in": "tutorials on multi-stage builds, of the code and its packages",
    },
    "start": {
        "name": "From `run` to the first answer",
        "unit": "s",
        "better": "lower",
        "measures": "right",
        "stated": 5,
        "said_in": "courses on FastAPI in production, where it was 30 s before",
    },
    "image": {
        "name": "The whole image, smaller by several stages",
        "unit": "MB",
        "better": "lower",
        "measures": "saving",
        "stated": 80,
        "said_in": "courses on FastAPI in production: 1 GB becomes 200 MB",
    },
}
NO_BASE = "the base here is a stand-in: the real python:3.12 and python:3.12-slim are in a registry"


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


def copy(folder: Path, way: str) -> Path:
    """Copy what the builder needs; of the naive way, with its files in the place of the right."""
    context = folder / way
    context.mkdir()
    for name in FILES:
        naive = LESSON / {"main.py": "naive.py"}.get(name, f"naive.{name}")
        shutil.copy(naive if way == "naive" and naive.is_file() else LESSON / name, context / name)
    return context


def rebuild(podman: Podman, context: Path) -> float:
    """Change the code, build the image again; return the seconds."""
    with (context / "main.py").open("a") as stream:
        stream.write("# One more line.\n")
    start = perf_counter()
    podman.build(context.name, context)
    return perf_counter() - start


def added(podman: Podman, tag: str) -> float:
    """Return how many megabytes an image has more than its base."""
    size, base = (int(podman.show(name, "{{.Size}}")) for name in (tag, BASE))
    return (size - base) / 1_000_000


def answer(podman: Podman) -> float:
    """Start a container; return the seconds to its first answer."""
    start = perf_counter()
    container = podman.start("--volume=/data", "right")
    said = podman.ask(container, "GET", "/health/live")
    passed = perf_counter() - start
    if not said.startswith("200"):
        raise RuntimeError(said)
    podman.run("rm", "--force", "--time=0", container)
    return passed


def measure(podman: Podman, folder: Path, number: int) -> dict[str, Samples]:
    """Build both images anew, round by round; the first builds are not counted."""
    ways = ("right", "naive")
    contexts = {way: copy(folder, way) for way in ways}
    found: dict[str, Samples] = {"rebuild": {"right": [], "naive": []}}
    found |= {"added": {"right": [], "naive": []}, "start": {"right": []}}
    for each in range(number + 1):
        seconds = {way: rebuild(podman, contexts[way]) for way in ways}
        first = answer(podman)
        if each == 0:
            continue
        for way in ways:
            found["rebuild"][way].append(seconds[way])
            found["added"][way].append(added(podman, way))
        found["start"]["right"].append(first)
        took = f"built again in {seconds['right']:.1f} s and {seconds['naive']:.1f} s"
        sys.stderr.write(f"Round {each} of {number}: {took}\n")
    return found


def measured(number: int) -> dict[str, Mapping[str, object]]:
    """Return for each claim its samples, or what is missing."""
    try:
        with containers.podman() as podman, tempfile.TemporaryDirectory() as folder:
            found = measure(podman, Path(folder), number)
    except MissingError as missing:
        return {key: {"missing": str(missing)} for key in CLAIMS}
    return {**found, "image": {"missing": NO_BASE}}


if __name__ == "__main__":
    result = measured(rounds())
    document = {"format": 1, "claims": [{**CLAIMS[key], **result[key]} for key in CLAIMS]}
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
