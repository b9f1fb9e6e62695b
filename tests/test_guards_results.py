"""The guards take the results of a run that has just ended for those of a run of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.guards.steps import KNOWN, known_results, passed, run_tests
from tests.made_up import make_checkout, write
from tutor.results import LessonResult, TestOutcome, write_junit

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_results_that_are_known_are_those_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = make_checkout(tmp_path / "checkout")
    write(catalog.stages[1].folder / "tests" / "test_broken.py", "assert False\n")
    found = run_tests(catalog.lessons, tmp_path)
    write_junit(found, tmp_path / "results.xml")
    monkeypatch.setenv(KNOWN, str(tmp_path / "results.xml"))

    known = known_results(catalog.lessons)

    whole = [result for result in found if not result.problem]
    assert 0 < len(whole) < len(found)
    assert {lesson: passed(result) for lesson, result in known.items()} == {
        result.lesson: passed(result) for result in whole
    }


def test_known_results_on_a_server_and_of_tests_of_tests_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [lesson, *_] = make_checkout(tmp_path / "checkout").lessons
    tests = ["tests/test_it.py::test_it[sqlite-1]", "tests/test_it.py::test_it[postgresql-1]"]
    outcomes = [TestOutcome(each, "passed", 0.1) for each in [*tests, "tests/meta/test_it.py::a"]]
    write_junit([LessonResult(lesson, tuple(outcomes))], tmp_path / "results.xml")
    monkeypatch.setenv(KNOWN, str(tmp_path / "results.xml"))

    assert passed(known_results([lesson])[lesson]) == {tests[0]: True}
