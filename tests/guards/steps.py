"""Each step proves itself: its tests fail on the starter and pass on the answer."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree

from tests.guards.code import FIRST_STARTER, files_of, read, referred
from tutor import testing
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.catalog import Lesson

KNOWN = "LESSON_RESULTS"
"""The variable that names a JUnit file: how the tests of all lessons have just ended."""
_DATABASE = "--database"
_PLAIN = ("--ignore=tests/meta", "--no-cov", "--continue-on-collection-errors")


def unproven_steps(catalog: Catalog) -> list[str]:
    """Find what `unproven` finds in each of the stages."""
    with TemporaryDirectory() as scratch:
        starters = {stage: starter_of(stage, catalog, Path(scratch)) for stage in catalog.stages}
        results = outcomes([*starters, *starters.values()], Path(scratch))
    return [
        f"{stage.path}: {fault}"
        for stage, starter in starters.items()
        for fault in unproven(stage, results[starter], results[stage])
    ]


def starter_of(stage: Lesson, catalog: Catalog, scratch: Path) -> Lesson:
    """Make, below `scratch`, the project that a learner has before the first step.

    It is the stage before, for the first stage `hello.py` alone, with the tests of this one.
    """
    target = scratch / f"{stage.name}-starter"
    before = catalog.before(stage)
    if before:
        _copied(before, [n for n in files_of(before) if not n.startswith("tests/")], target)
    else:
        _copied(stage, [FIRST_STARTER], target)
    given = [n for n in files_of(stage) if n.startswith("tests/") or n == "pyproject.toml"]
    _copied(stage, given, target)
    return replace(stage, folder=target)


def _copied(lesson: Lesson, names: Sequence[str], target: Path) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(lesson.folder / name, target / name)


def outcomes(
    lessons: Sequence[Lesson], scratch: Path, *arguments: str
) -> dict[Lesson, dict[str, bool]]:
    """Run the tests of all lessons, and return what `passed` says of each."""
    results = run_tests(lessons, scratch, *arguments)
    return {result.lesson: passed(result) for result in results}


def run_tests(
    lessons: Sequence[Lesson], scratch: Path, *arguments: str
) -> list[testing.LessonResult]:
    """Run the tests of all lessons; those that can choose a database take SQLite.

    The README's test command has the others, too, and CI has just run it. Tests of the tests hold
    for an answer alone; how much of the app is covered is no step. A starter lacks what some tests
    import: that is no reason to run none.
    """
    arguments = (*_PLAIN, *arguments)
    choosing = [lesson for lesson in lessons if _chooses(lesson)]
    others = [lesson for lesson in lessons if lesson not in choosing]
    results: list[testing.LessonResult] = []
    for some, more in ((others, ()), (choosing, (f"{_DATABASE}=sqlite",))):
        if some:
            results += testing.test_lessons(some, Catalog(scratch), arguments=(*more, *arguments))
    return results


def known_results(lessons: Sequence[Lesson]) -> dict[Lesson, testing.LessonResult]:
    """Return what the file that `KNOWN` names says of lessons: what `run_tests` would run of them.

    A lesson that did not run to its end is not among them.
    """
    if KNOWN not in os.environ:
        return {}
    root = ElementTree.parse(os.environ[KNOWN]).getroot()  # noqa: S314  # our own file
    suites = {suite.get("name"): suite for suite in root}
    return {
        lesson: testing.LessonResult(lesson, tuple(_outcomes(suites[lesson.path], lesson)))
        for lesson in lessons
        if lesson.path in suites and suites[lesson.path].get("errors") == "0"
    }


def _outcomes(suite: ElementTree.Element, lesson: Lesson) -> Iterator[testing.TestOutcome]:
    for case in suite:
        file = case.get("classname", "").removeprefix(f"{lesson.path}/")
        name, seconds = case.get("name", ""), float(case.get("time", "0"))
        if file.startswith("tests/meta/") or re.search(r"\[postgresql[-\]]", name):
            continue
        failed, skipped = case.find("failure") is not None, case.find("skipped") is not None
        outcome: Literal["passed", "failed", "skipped"]
        outcome = "failed" if failed else "skipped" if skipped else "passed"
        yield testing.TestOutcome(f"{file}::{name}", outcome, seconds)


def _chooses(lesson: Lesson) -> bool:
    shared = lesson.folder / "tests" / "conftest.py"
    return shared.is_file() and _DATABASE in read(shared)


def passed(result: testing.LessonResult) -> dict[str, bool]:
    """Return for each test of a lesson whether it passed; one that was skipped did not run.

    A file that cannot be loaded, and a run that ended in another way, count as a test that failed.
    """
    tests = (test for test in result.tests if test.outcome != "skipped")
    found = {test.test: test.outcome == "passed" for test in tests}
    broken = [failure.test for failure in result.broken]
    if result.problem and not broken:
        broken = [result.problem]
    return found | dict.fromkeys(broken, False)


def unproven(
    stage: Lesson, starter: Mapping[str, bool], answer: Mapping[str, bool]
) -> Iterator[str]:
    """Yield steps whose tests pass on the starter or fail on the answer, and tests without a step.

    A test of the schema snapshot needs no step: it holds for the answer only.
    """
    for step in stage.card.steps:
        tests = [test for test in answer if any(means(ref, test) for ref in step.tests)]
        yield from (f"{test} fails on the answer." for test in tests if not answer[test])
        if all(starter.get(test, False) for test in tests):
            yield f"the tests of the step {step.title!r} pass before anything is done."
    references = [reference for step in stage.card.steps for reference in step.tests]
    for test in answer:
        named = any(means(reference, test) for reference in references)
        if not named and not starter.get(test, False) and not _of_snapshot(stage, test):
            yield f"no step names {test}, which fails on the starter."


def means(reference: str, test: str) -> bool:
    """Tell whether a reference names a test: by its file, its function, or all of its name."""
    return re.match(re.escape(reference) + r"($|::|\[)", test) is not None


def _of_snapshot(stage: Lesson, test: str) -> bool:
    file, _, _ = test.partition("::")
    if not (stage.folder / file).is_file():  # it is the sentence on a run that ended early
        return False
    source = referred({file: read(stage.folder / file)}, test.partition("[")[0])
    return any("SNAPSHOT" in each for each in source.values())
