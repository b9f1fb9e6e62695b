"""The tests of each lesson, run by the engine: all at once, one test here for each lesson."""

from __future__ import annotations

import pytest

from tutor import testing
from tutor.catalog import Catalog, Lesson

CATALOG = Catalog()


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> dict[Lesson, testing.LessonResult]:
    """Test those lessons whose tests here were selected."""
    names = {item.name for item in request.session.items}
    chosen = [x for x in CATALOG.lessons if f"test_the_lesson_passes[{x.name}]" in names]
    return {result.lesson: result for result in testing.test_lessons(chosen, CATALOG)}


@pytest.mark.parametrize("lesson", CATALOG.lessons, ids=lambda lesson: lesson.name)
def test_the_lesson_passes(lesson: Lesson, results: dict[Lesson, testing.LessonResult]) -> None:
    result = results[lesson]
    if result.failed:
        parts = [f"{lesson.path}: {result.failed} failed", result.problem or "", result.output]
        parts += [f"{failure.test}\n{failure.traceback}" for failure in result.failures]
        pytest.fail("\n\n".join(part for part in parts if part), pytrace=False)
    assert result.passed, f"{lesson.path} has no test that passes"
