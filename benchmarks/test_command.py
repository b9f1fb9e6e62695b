"""`tutor_cli test` over copies of a small lesson, beside one fresh `pytest` in each of them."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.comparison import ROUNDS, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parent.parent
LESSONS = 16
WIDTH = 2
LESSON = {
    "lesson.toml": """format = 1
title = "Small"
summary = "A lesson of ordinary size"
objectives = ["be tested"]
minutes = 1
serve = "main:app"
""",
    "pyproject.toml": """[project]
name = "small"
version = "0.1.0"
dependencies = ["fastapi"]

[tool.pytest]
strict = true
pythonpath = ["."]
testpaths = ["tests"]
filterwarnings = ["error"]
""",
    "main.py": '''"""Keep items."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel


class Item(BaseModel):
    """Something with a name."""

    name: str
    price: float = 1.0


app = FastAPI()
items: dict[int, Item] = {}


@app.post("/items", status_code=201)
def create(item: Item) -> Item:
    """Keep an item."""
    items[len(items)] = item
    return item


@app.get("/items/{number}")
def read(number: int) -> Item:
    """Return an item."""
    if number not in items:
        raise HTTPException(404)
    return items[number]
''',
    "tests/test_items.py": '''"""Fifteen tests of the kind that a lesson has."""

import pytest
from fastapi.testclient import TestClient

from main import app, items


@pytest.fixture
def client():
    items.clear()
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("price", range(7))
def test_an_item_is_kept(client, price):
    assert client.post("/items", json={"name": "a", "price": price}).status_code == 201
    assert client.get("/items/0").json() == {"name": "a", "price": price}


@pytest.mark.parametrize("number", range(7))
def test_an_unknown_item_is_not_found(client, number):
    assert client.get(f"/items/{number}").status_code == 404


def test_the_schema_names_the_paths(client):
    assert client.get("/openapi.json").json()["paths"].keys() == {"/items", "/items/{number}"}
''',
}


def measure() -> list[Row]:
    """Return what both take, in seconds: CPU time of all processes, and wall time."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        folders = _make_checkout(root)
        sides: list[Callable[[], None]] = [
            partial(_ours, root),
            partial(_in_turn, folders),
            partial(_two_at_a_time, folders),
        ]
        for side in sides:
            side()  # leaves compiled files behind, as any first run does
        samples = [[_cost(side) for side in sides] for _ in range(ROUNDS)]
    ours, in_turn, two_at_a_time = (_medians(side) for side in zip(*samples, strict=True))
    (our_cpu, our_wall), (cpu, wall), (_, wide_wall) = ours, in_turn, two_at_a_time
    name = f"tutor_cli test, {LESSONS} small lessons"
    return [
        Row(f"{name}: CPU", "pytest in each", cpu, our_cpu, 0.3, 0.4),
        Row(f"{name}: wall", "pytest in each, in turn", wall, our_wall, 0.3, 0.4),
        Row(f"{name}: wall", f"pytest in each, {WIDTH} at once", wide_wall, our_wall, 0.3, 0.4),
    ]


def _make_checkout(root: Path) -> list[Path]:
    shutil.copytree(ROOT / "tutor", root / "tutor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tutor_cli.py", root)
    folders = [root / "stages" / f"{number:02}_small" for number in range(1, LESSONS + 1)]
    for folder in folders:
        for name, text in LESSON.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    return folders


def _ours(root: Path) -> None:
    _run([str(root / "tutor_cli.py"), "test", "--jobs", str(WIDTH)], root)


def _in_turn(folders: Iterable[Path]) -> None:
    for folder in folders:
        _run(["-m", "pytest"], folder)


def _two_at_a_time(folders: Iterable[Path]) -> None:
    with ThreadPoolExecutor(WIDTH) as pool:
        list(pool.map(lambda folder: _run(["-m", "pytest"], folder), folders))


def _run(arguments: list[str], folder: Path) -> None:
    environment = os.environ | {"TUTOR_ENVIRONMENT_READY": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # would make a fresh start look twice as slow
    subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, check=True
    )


def _cost(work: Callable[[], None]) -> tuple[float, float]:
    """Return the CPU seconds and the wall seconds that `work` takes, its processes included."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall


def _medians(samples: Iterable[tuple[float, float]]) -> tuple[float, float]:
    cpu, wall = zip(*samples, strict=True)
    return statistics.median(cpu), statistics.median(wall)
