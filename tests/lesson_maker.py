"""Tiny lessons for the tests of the test runner, and the processes that they leave behind."""

from __future__ import annotations

import os
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tutor import testing
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.results import LessonResult

STRICT = """
[tool.pytest]
strict = true
testpaths = ["tests"]
filterwarnings = ["error"]
"""
DEADLINE = 30.0


def make_lesson(root: Path, name: str, tests: str, *, pyproject: str = STRICT) -> Path:
    """Write a lesson whose tests are `tests` into `root / "stages"`; return its folder."""
    folder = root / "stages" / name
    (folder / "tests").mkdir(parents=True)
    (folder / "lesson.toml").touch()
    (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    (folder / "tests" / "test_it.py").write_text(textwrap.dedent(tests), encoding="utf-8")
    return folder


def run_lessons(root: Path, *arguments: str, time_limit: float = DEADLINE) -> list[LessonResult]:
    """Test all lessons below `root`."""
    catalog = Catalog(root)
    return testing.test_lessons(
        catalog.lessons, catalog, arguments=arguments, time_limit=time_limit
    )


def run_lesson(
    root: Path, tests: str, *arguments: str, time_limit: float = DEADLINE, pyproject: str = STRICT
) -> LessonResult:
    """Test one lesson made of `tests`."""
    make_lesson(root, "01_only", tests, pyproject=pyproject)
    [result] = run_lessons(root, *arguments, time_limit=time_limit)
    return result


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Look again and again until `condition` holds; fail with `what` after the deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not within {DEADLINE} s: {what}"
        time.sleep(0.02)


def has_ended(pid: int) -> bool:
    """Say whether the process is gone; one that only waits to be collected counts as gone."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return True
    return state == "Z"
