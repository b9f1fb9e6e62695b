"""The tests of each lesson pass, and prove its steps: they fail on what a learner starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.guards.steps import (
    known_results,
    passed,
    run_tests,
    starter_of,
    unproven,
    unproven_steps,
)
from tests.made_up import make_checkout
from tutor import testing
from tutor.catalog import Catalog, Lesson

if TYPE_CHECKING:
    from pathlib import Path

# On the second Python, CI runs the lessons by themselves.
pytestmark = pytest.mark.once
CATALOG = Catalog()


@dataclass(frozen=True)
class Runs:
    """The results of the tests of lessons, and of the same tests on the starters of stages."""

    lessons: dict[Lesson, testing.LessonResult]
    starters: dict[Lesson, testing.LessonResult]


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Run what the selected tests here need, at once, and each lesson a single time."""
    scratch = tmp_path_factory.mktemp("lessons")
    names = {item.name for item in request.session.items}
    passing = [x for x in CATALOG.lessons if f"test_the_lesson_passes[{x.name}]" in names]
    proven = [x for x in CATALOG.stages if f"test_the_steps_are_proven_of[{x.name}]" in names]
    starters = {stage: starter_of(stage, CATALOG, scratch) for stage in proven}
    lessons = list(dict.fromkeys([*passing, *proven]))
    known = known_results(lessons)
    made = [*(lesson for lesson in lessons if lesson not in known), *starters.values()]
    results = known | {result.lesson: result for result in run_tests(made, scratch)}
    return Runs(
        {lesson: results[lesson] for lesson in lessons},
        {stage: results[starter] for stage, starter in starters.items()},
    )


@pytest.mark.parametrize("lesson", CATALOG.lessons, ids=lambda lesson: lesson.name)
def test_the_lesson_passes(lesson: Lesson, runs: Runs) -> None:
    result = runs.lessons[lesson]
    if result.failed:
        parts = [f"{lesson.path}: {result.failed} failed", result.problem or "", result.output]
        parts += [f"{failure.test}\n{failure.traceback}" for failure in result.failures]
        pytest.fail("\n\n".join(part for part in parts if part), pytrace=False)
    assert result.passed, f"{lesson.path} has no test that passes"


@pytest.mark.parametrize("stage", CATALOG.stages, ids=lambda stage: stage.name)
def test_the_steps_are_proven_of(stage: Lesson, runs: Runs) -> None:
    faults = list(unproven(stage, passed(runs.starters[stage]), passed(runs.lessons[stage])))

    assert not faults, "\n".join(faults)


def test_the_steps_of_the_made_up_checkout_are_proven(tmp_path: Path) -> None:
    assert unproven_steps(make_checkout(tmp_path)) == []
