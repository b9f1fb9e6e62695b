"""A checkout with two small stages in which every guard is content, to break in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.guards.tables import lesson_table
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from pathlib import Path

_CARD = """
format = 1
title = "{title}"
summary = "A summary"
objectives = ["Know it"]
minutes = 10
serve = "main:app"
"""
_FIRST_CARD = (
    _CARD.format(title="One")
    + """
also = ["hello:app"]

[[introduces]]
idea = "Counting"
names = ["count"]
modules = ["itertools"]

[[steps]]
title = "Count"
task = "In `main.py`, write `next_number`."
code = ["main.py::app", "main.py::numbers", "main.py::next_number"]
tests = ["tests/test_numbers.py::test_the_first_number_is_one"]
hints = ["Look.", "Use `count`."]
"""
)
_SECOND_CARD = (
    _CARD.format(title="Two")
    + """
also = ["hello:app"]

[changes]
"main.py" = "It doubles."
"tests/test_numbers.py" = "It tests that."

[[introduces]]
idea = "Waiting"
nodes = ["AsyncFunctionDef"]

[[steps]]
title = "Double"
task = "In `main.py`, write `double`."
code = ["main.py::double"]
tests = ["tests/test_numbers.py::test_double"]
hints = ["Look.", "Use `*`."]
"""
)
_PROJECT = """
[project]
name = "{name}"
version = "{version}"
dependencies = []

[tool.pytest]
strict = true
pythonpath = ["."]
testpaths = ["tests"]
"""
_HELLO = '"""Hello."""\n\napp = object()\n'
_MAIN = '''"""Numbers."""

from itertools import count

app = ("numbers", "0.1.0")
numbers = count(1)


def next_number() -> int:
    """Return a number that was never returned before."""
    return next(numbers)
'''
_DOUBLE = '''

async def double(value: int) -> int:
    """Return twice the value."""
    return 2 * value
'''
_TESTS = '''"""Numbers."""

from importlib import import_module


def test_the_first_number_is_one() -> None:
    assert import_module("main").next_number() == 1


def test_hello_is_there() -> None:
    import_module("hello")
'''
_DOUBLE_TESTS = """

import asyncio

import pytest


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (2, 4)])
def test_double(value: int, expected: int) -> None:
    assert asyncio.run(import_module("main").double(value)) == expected
"""
_NOTEBOOK = """{
 "cells": [
  {"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [],
   "source": ["%matplotlib\\n", "1 + 1"]}
 ],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5
}
"""
_ROOT_README = """# Made up

<!-- lessons:start -->
TABLE
<!-- lessons:end -->

See [the first](stages/01_one/README.md), `hello.py` and `stages/02_two/`.
Run `tutor_cli show 01 --json`.
"""
FIRST, SECOND = "stages/01_one", "stages/02_two"


def _stage(number: int, name: str, card: str) -> dict[str, str]:
    version = f"0.{number}.0"
    return {
        "lesson.toml": card,
        "README.md": "# A lesson\n\nSee `main.py::app`.\n",
        "walkthrough.ipynb": _NOTEBOOK,
        "pyproject.toml": _PROJECT.format(name=name, version=version),
        "hello.py": _HELLO,
        "main.py": _MAIN.replace("0.1.0", version),
        "tests/test_numbers.py": _TESTS,
        "tests/openapi.json": f'{{"info": {{"version": "{version}"}}}}\n',
    }


def make_checkout(root: Path) -> Catalog:
    """Write the checkout below `root` and return its catalog."""
    stages = {FIRST: _stage(1, "one", _FIRST_CARD), SECOND: _stage(2, "two", _SECOND_CARD)}
    stages[SECOND]["main.py"] += _DOUBLE
    stages[SECOND]["tests/test_numbers.py"] += _DOUBLE_TESTS
    for folder, files in stages.items():
        for name, text in files.items():
            write(root / folder / name, text)
    write(root / "some.lock", f"made-up==1.0 \\\n    --hash=sha256:{'0' * 64}\n    # via nothing\n")
    write(root / "tutor_cli.py", '"""The command line."""\n\nfrom tutor import display\n')
    write(root / "tutor" / "errors.py", '"""Errors."""\n')
    write(root / "tutor" / "display.py", '"""Display."""\n\nimport tutor.errors\n\nprint(tutor)\n')
    catalog = Catalog(root)
    write(root / "README.md", _ROOT_README.replace("TABLE", lesson_table(catalog)))
    return Catalog(root)


def write(path: Path, text: str) -> None:
    """Write a file with the line ends of `text`, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def change(path: Path, old: str, new: str) -> None:
    """Replace `old`, which has to be there once, in a file."""
    text = path.read_bytes().decode()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    write(path, text.replace(old, new))
