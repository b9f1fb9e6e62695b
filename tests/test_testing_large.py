"""Which lesson's tests begin first, and which may take more memory and write larger files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.lesson_maker import make_lesson, run_lessons
from tutor import testing
from tutor.catalog import Catalog
from tutor.results import Ended, Event

if TYPE_CHECKING:
    from pathlib import Path


CARD = """
format = 1
title = "Large"
summary = "Large tests"
objectives = ["Use a lot"]
minutes = 1
serve = "main:app"
large_tests = {large}
"""
LARGE = """
import resource

def test_memory(): assert resource.getrlimit(resource.RLIMIT_AS)[0] == {limit}

def test_files(tmp_path):
    with (tmp_path / "large").open("wb") as file:
        file.truncate(2**27)
"""

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows limits neither")


@posix_only
def test_a_lesson_may_have_large_tests(tmp_path: Path) -> None:
    import resource

    folder = make_lesson(
        tmp_path, "01_large", LARGE.format(limit=resource.getrlimit(resource.RLIMIT_AS)[0])
    )
    (folder / "lesson.toml").write_text(CARD.format(large="true"), encoding="utf-8")

    [result] = run_lessons(tmp_path)

    assert (result.passed, result.failed) == (2, 0), result.failures


@posix_only
def test_the_tests_of_all_others_are_small(tmp_path: Path) -> None:
    folder = make_lesson(tmp_path, "01_small", LARGE.format(limit=4 * 2**30))
    (folder / "lesson.toml").write_text(CARD.format(large="false"), encoding="utf-8")

    [result] = run_lessons(tmp_path)

    assert result.passed == 1
    assert result.problem
    assert "too large a file" in result.problem


def test_the_lesson_with_most_tests_begins_first(tmp_path: Path) -> None:
    for number, tests in enumerate([1, 3, 2], 1):
        code = "\n".join(f"def test_{each}(): pass" for each in range(tests))
        make_lesson(tmp_path, f"0{number}_lesson", code)
    ended: list[str] = []
    catalog = Catalog(tmp_path)

    def note(event: Event) -> None:
        if isinstance(event, Ended):
            ended.append(event.lesson.number)

    results = testing.test_lessons(catalog.lessons, catalog, jobs=1, on_event=note)

    assert ended == ["02", "03", "01"]
    assert [result.lesson.number for result in results] == ["01", "02", "03"]
