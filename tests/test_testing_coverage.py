"""A lesson that measures how much of its app the tests run: the tool says how much it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.lesson_maker import make_lesson, run_lessons
from tutor import display

if TYPE_CHECKING:
    from pathlib import Path

MEASURING = """
[tool.pytest]
testpaths = ["tests"]
pythonpath = ["."]
addopts = ["--cov=app", "--cov-report=term", "--cov-fail-under={needed}"]
"""
APP = "def sign(number):\n    if number < 0:\n        return -1\n    return 1\n"
TEST = """
from app import sign

def test_it(): assert sign(7) == 1
"""


@pytest.mark.parametrize(("needed", "problem"), [(70, None), (80, "the tests cover 75.0 % .*")])
def test_what_was_covered_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], needed: int, problem: str | None
) -> None:
    folder = make_lesson(tmp_path, "01_only", TEST, pyproject=MEASURING.format(needed=needed))
    (folder / "app.py").write_text(APP, encoding="utf-8")

    [result] = run_lessons(tmp_path)
    display.testing_results([result], as_json=False)

    assert result.covered == 75.0
    assert re.fullmatch(problem or "None", str(result.problem))
    assert "The tests of 01_only cover 75.0 % of its app." in capsys.readouterr().out


def test_where_nothing_is_measured_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_lesson(tmp_path, "01_only", "def test_it(): pass")

    [result] = run_lessons(tmp_path)
    display.testing_results([result], as_json=False)

    assert result.covered is None
    assert "cover" not in capsys.readouterr().out
