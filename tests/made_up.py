"""A checkout with two small stages and an example in which every guard is content, to be broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.guards.tables import END, EXAMPLES_PAGE, STAGES_PAGE, START, tables
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
_EXAMPLE_CARD = (
    _CARD.format(title="Three")
    + """
also = ["naive:app"]

[[introduces]]
idea = "Division"
nodes = ["Div"]

[[steps]]
title = "Divide"
task = "In `main.py`, mend `half`."
code = ["main.py::half"]
tests = ["test_main.py::test_an_odd_number_has_a_half"]
hints = ["Look.", "Use `/`."]

[trap]
summary = "Half of an odd number is not whole"
tests = ["test_main.py::test_an_odd_number_has_a_half"]
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
_HALF = '''"""Halves."""

app = ("halves", "1.0.0")


def half(value: int) -> float:
    """Return half of the value."""
    return value / 2
'''
_HALF_TESTS = '''"""Halves."""

from importlib import import_module


def test_an_odd_number_has_a_half() -> None:
    half = import_module("main").half(3)
    assert half == 1.5, f"half of 3 is 1.5, and not {half}"


def test_an_even_number_has_a_half() -> None:
    assert import_module("main").half(4) == 2
'''
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
FIRST, SECOND, EXAMPLE = "stages/01_one", "stages/02_two", "examples/56_three"


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


def _example() -> dict[str, str]:
    project = _PROJECT.format(name="example-56-three", version="1.0.0")
    return {
        "lesson.toml": _EXAMPLE_CARD,
        "README.md": "# An example\n\nSee `naive.py::half`.\n",
        "pyproject.toml": project.replace('["tests"]', '["."]'),
        "main.py": _HALF,
        "naive.py": _HALF.replace("Halves.", "Half of halves.").replace(" / ", " // "),
        "test_main.py": _HALF_TESTS,
    }


def make_checkout(root: Path) -> Catalog:
    """Write the checkout below `root` and return its catalog."""
    lessons = {FIRST: _stage(1, "one", _FIRST_CARD), SECOND: _stage(2, "two", _SECOND_CARD)}
    lessons[SECOND]["main.py"] += _DOUBLE
    lessons[SECOND]["tests/test_numbers.py"] += _DOUBLE_TESTS
    lessons[EXAMPLE] = _example()
    for folder, files in lessons.items():
        for name, text in files.items():
            write(root / folder / name, text)
    write(root / "some.lock", f"made-up==1.0 \\\n    --hash=sha256:{'0' * 64}\n    # via nothing\n")
    write(root / "tutor_cli.py", '"""The command line."""\n\nfrom tutor import display\n')
    write(root / "tutor" / "errors.py", '"""Errors."""\n')
    write(root / "tutor" / "display.py", '"""Display."""\n\nimport tutor.errors\n\nprint(tutor)\n')
    catalog = Catalog(root)
    made = tables(catalog)
    write(root / STAGES_PAGE, _ROOT_README.replace("TABLE", made[STAGES_PAGE]))
    write(root / EXAMPLES_PAGE, f"# Examples\n\n{START}\n{made[EXAMPLES_PAGE]}\n{END}\n")
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
