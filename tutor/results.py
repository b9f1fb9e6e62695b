"""What is known about lessons while their tests run, and after: events, results, JSON, JUnit."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from tutor.catalog import Lesson

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Failure:
    """Why a test, or a part of it, failed."""

    test: str
    """The test's id from the lesson's folder: `tests/test_tasks.py::test_a_title_is_stripped`."""
    message: str
    traceback: str
    output: str
    """What the test printed and logged."""
    phase: Literal["collect", "setup", "call", "teardown"] = "call"
    """What failed: loading a file, preparing the test, the test itself, or cleaning up."""


@dataclass(frozen=True)
class TestOutcome:
    """How one test ended."""

    __test__ = False  # pytest takes a class with this name for tests where it is imported

    test: str
    outcome: Literal["passed", "failed", "skipped"]
    seconds: float
    reason: str = ""
    """Why it was skipped."""
    failures: tuple[Failure, ...] = ()
    """More than one when subtests fail, or the test and its clean-up."""


@dataclass(frozen=True)
class LessonResult:
    """How the tests of one lesson ended."""

    lesson: Lesson
    tests: tuple[TestOutcome, ...] = ()
    problem: str | None = None
    """What went wrong with the run as a whole: a hang, a crash, tests that cannot be loaded."""
    broken: tuple[Failure, ...] = ()
    """The files whose tests could not be loaded."""
    output: str = ""
    """The end of what pytest printed; empty unless there was a problem."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    covered: float | None = None
    """How much of the app the tests ran, in percent, where the lesson asks for that."""

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(test.outcome == "passed" for test in self.tests)

    @property
    def failed(self) -> int:
        """How many tests failed; a problem with the whole run counts as one more."""
        return sum(test.outcome == "failed" for test in self.tests) + bool(self.problem)

    @property
    def skips(self) -> tuple[TestOutcome, ...]:
        """The tests that were skipped, each with its `reason`."""
        return tuple(test for test in self.tests if test.outcome == "skipped")

    @property
    def skipped(self) -> int:
        """How many tests were skipped."""
        return len(self.skips)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every failure, in the order in which the tests ran."""
        return self.broken + tuple(failure for test in self.tests for failure in test.failures)


@dataclass(frozen=True)
class Collected:
    """A lesson's tests were loaded: `tests` of them will run."""

    lesson: Lesson
    tests: int


@dataclass(frozen=True)
class Started:
    """A test began."""

    lesson: Lesson
    test: str


@dataclass(frozen=True)
class Reported:
    """A test ended."""

    lesson: Lesson
    outcome: TestOutcome


@dataclass(frozen=True)
class Ended:
    """A lesson's process ended; nothing more will come from it."""

    lesson: Lesson
    result: LessonResult


Event = Collected | Started | Reported | Ended


def as_json(results: Sequence[LessonResult]) -> str:
    """Return the results as a JSON document: totals, and each lesson with its tests."""
    document = {
        "passed": sum(result.passed for result in results),
        "failed": sum(result.failed for result in results),
        "skipped": sum(result.skipped for result in results),
        "lessons": [_as_dict(result) for result in results],
    }
    return json.dumps(document, indent=2)


def _as_dict(result: LessonResult) -> dict[str, object]:
    return {
        "lesson": result.lesson.path,
        "passed": result.passed,
        "failed": result.failed,
        "skipped": result.skipped,
        "problem": result.problem,
        "seconds": round(result.seconds, 3),
        "cpu_seconds": round(result.cpu_seconds, 3),
        "covered": result.covered,
        "broken": [asdict(failure) for failure in result.broken],
        "tests": [asdict(test) for test in result.tests],
        "output": result.output,
    }


def write_junit(results: Sequence[LessonResult], path: Path) -> None:
    """Write the results to the file `path` as JUnit XML, one test suite a lesson.

    Raises TutorError when the file cannot be written.
    """
    from xml.etree.ElementTree import Element, ElementTree, indent

    from tutor.errors import TutorError

    root = Element("testsuites", _counts(results))
    root.extend(_suite(result) for result in results)
    indent(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise TutorError(f"{path} cannot be written: {error.strerror}.") from error


def _counts(results: Sequence[LessonResult]) -> dict[str, str]:
    tests = [test for result in results for test in result.tests]
    problems = sum(bool(result.problem) for result in results)
    return {
        "tests": str(len(tests) + problems),
        "failures": str(sum(test.outcome == "failed" for test in tests)),
        "errors": str(problems),
        "skipped": str(sum(test.outcome == "skipped" for test in tests)),
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _suite(result: LessonResult) -> Element:
    from xml.etree.ElementTree import Element

    suite = Element("testsuite", {"name": result.lesson.path} | _counts([result]))
    suite.extend(_case(result.lesson, test) for test in result.tests)
    if result.problem:
        case = _element("testcase", classname=result.lesson.path, name="the whole lesson", time="0")
        details = [failure.traceback for failure in result.broken] + [result.output]
        case.append(_element("error", "\n".join(details), message=result.problem))
        suite.append(case)
    return suite


def _case(lesson: Lesson, test: TestOutcome) -> Element:
    file, _, name = test.test.partition("::")
    case = _element(
        "testcase", classname=f"{lesson.path}/{file}", name=name or file, time=f"{test.seconds:.3f}"
    )
    if test.outcome == "skipped":
        case.append(_element("skipped", message=test.reason))
    if test.failures:
        text = "\n\n".join(f"{why.traceback}\n{why.output}".strip() for why in test.failures)
        case.append(_element("failure", text, message=test.failures[0].message))
    return case


def _element(tag: str, text: str = "", **attributes: str) -> Element:
    """Return an XML element; characters that XML cannot hold become a question mark."""
    from xml.etree.ElementTree import Element

    element = Element(tag, {name: _NOT_XML.sub("?", value) for name, value in attributes.items()})
    element.text = _NOT_XML.sub("?", text) or None
    return element
