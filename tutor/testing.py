"""Test lessons, each in a process of its own, as many at once as there are cores."""

# ruff: noqa: PT028 - `test_lessons` is no test
from __future__ import annotations

import os
import re
import signal
from collections import deque
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.errors import MisuseError, TutorError
from tutor.results import (
    Collected,
    Ended,
    Event,
    Failure,
    LessonResult,
    Reported,
    Started,
    TestOutcome,
    as_json,
    write_junit,
)
from tutor.workers import Job, open_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tutor.catalog import Catalog, Lesson
    from tutor.workers import Report, Workers

__all__ = [
    "PRELOADED",
    "Collected",
    "Ended",
    "Event",
    "Failure",
    "LessonResult",
    "Reported",
    "Started",
    "TestOutcome",
    "as_json",
    "test_lessons",
    "write_junit",
]

PRELOADED = {
    "alembic": ("alembic.command", "alembic.autogenerate"),
    "psycopg": ("sqlalchemy.dialects.postgresql.psycopg", "psycopg"),
    "sqlalchemy": ("sqlalchemy.ext.asyncio", "sqlalchemy.dialects.sqlite.aiosqlite", "aiosqlite"),
}
"""By distribution: what to import once for all, when a lesson of the run depends on it."""
_FINE, _FAILED, _INTERRUPTED, _USAGE_ERROR = (0, 5), 1, 2, 4  # pytest's exit statuses
_DIED = "died: exit status {} before its tests ended, {}"
_SAID = re.compile(r"^(?:E +|ERROR: (?!usage:)|.*?: error: )(.+)$", re.MULTILINE)


def test_lessons(
    lessons: Sequence[Lesson],
    catalog: Catalog,
    *,
    arguments: Sequence[str] = (),
    jobs: int | None = None,
    time_limit: float = 120.0,
    on_event: Callable[[Event], None] = lambda _: None,
) -> list[LessonResult]:
    """Run the tests of each lesson in its folder; return the results in the order of `lessons`.

    `arguments` go to each lesson's pytest. `jobs` lessons run at once (default: one a core). A test
    that takes more than `time_limit` seconds counts as hung, and its lesson is stopped. `on_event`
    is called, in this thread, with each event as it happens.
    Raises MisuseError without lessons, and TutorError when nobody asked for a selection and yet
    not one test was found, or when the state folder cannot be written.
    """
    if not lessons:
        raise MisuseError("There is no lesson to test.", "See the lessons with: tutor_cli list")
    modules = _modules(lessons)
    runs = [
        _Run(lesson, _job(number, lesson, catalog, arguments, time_limit))
        for number, lesson in enumerate(lessons)
    ]
    with closing(open_workers(modules)) as workers:
        results = _follow(runs, workers, jobs or _cores(), on_event)
    if not arguments and not any(result.tests or result.problem for result in results):
        raise TutorError("Not one test was found.", "A lesson's tests are in its folder `tests`.")
    return results


def _follow(
    runs: Sequence[_Run], workers: Workers, width: int, on_event: Callable[[Event], None]
) -> list[LessonResult]:
    """Keep `width` of the runs going until all have ended, and tell what happens."""
    # The longest first: one that starts last would be waited for by all others.
    waiting = deque(sorted(runs, key=lambda run: _amount_of_tests(run.lesson), reverse=True))
    results: dict[int, LessonResult] = {}
    started = 0
    while len(results) < len(runs):
        while waiting and started - len(results) < width:
            workers.start(waiting.popleft().job)
            started += 1
        report = workers.next_report()
        event = runs[report["job"]].take(report)
        if isinstance(event, Ended):
            results[report["job"]] = event.result
        if event:
            on_event(event)
    return [results[number] for number in sorted(results)]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _modules(lessons: Iterable[Lesson]) -> list[str]:
    """Return what is worth importing before forking, because some lesson depends on it."""
    projects = ""
    for lesson in lessons:
        with suppress(OSError):
            projects += (lesson.folder / "pyproject.toml").read_text("utf-8", "replace")
    return [
        module
        for name, modules in PRELOADED.items()
        if re.search(rf"[\"']{name}(?![\w.-])", projects, re.IGNORECASE)
        for module in modules
    ]


def _job(
    number: int, lesson: Lesson, catalog: Catalog, arguments: Sequence[str], time_limit: float
) -> Job:
    """Return the job that tests a lesson and writes what it has to write into the state folder."""
    state = catalog.state.resolve() / "tests" / lesson.name
    folder = str(lesson.folder.resolve())
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TutorError(f"{state} cannot be made: {error.strerror}.") from error
    environment = {
        "COVERAGE_FILE": str(state / ".coverage"),
        "PWD": folder,
        "PYTHONDONTWRITEBYTECODE": "1",  # for what the tests start
    }
    cache, large = str(state / "cache"), _has_large_tests(lesson)
    return Job(number, folder, tuple(arguments), cache, environment, time_limit, large)


def _has_large_tests(lesson: Lesson) -> bool:
    try:
        return lesson.card.large_tests
    except TutorError:  # A card that cannot be read keeps no test from running.
        return False


def _amount_of_tests(lesson: Lesson) -> int:
    """Return the bytes of a lesson's tests: the more, the longer they take."""
    return sum(path.stat().st_size for path in lesson.folder.rglob("test_*.py"))


@dataclass
class _Run:
    """What is known so far about the run of one lesson's tests."""

    lesson: Lesson
    job: Job
    collected: int | None = None
    current: str | None = None
    tests: list[TestOutcome] = field(default_factory=list)
    broken: list[Failure] = field(default_factory=list)
    end: Report | None = None

    def take(self, report: Report) -> Event | None:
        """Take in a report of the lesson's process; return the event that it stands for."""
        match report["event"]:
            case "collected":
                self.collected = report["tests"]
                return Collected(self.lesson, report["tests"])
            case "start":
                self.current = report["test"]
                return Started(self.lesson, report["test"])
            case "result":
                self.current = None
                self.tests.append(_outcome(report))
                return Reported(self.lesson, self.tests[-1])
            case "broken":
                self.broken.append(Failure(**report["failure"]))
            case "end":
                self.end = report
            case "exit":
                return Ended(self.lesson, self._result(report))
        return None

    def _result(self, last: Report) -> LessonResult:
        problem = self._violent_end(last)
        if not problem and self.end:
            problem = self._problem(self.end, last["output"])
        elif not problem:
            problem = _DIED.format(last["code"], self._where())
        return LessonResult(
            self.lesson,
            tuple(self.tests),
            problem,
            tuple(self.broken),
            last["output"] if problem else "",
            last["seconds"],
            last["cpu_seconds"],
            self.end.get("covered") if self.end else None,
        )

    def _violent_end(self, last: Report) -> str | None:
        """Say how the process ended, if not by itself after its tests."""
        if last["hung"]:
            return f"hung {self._where()} after {self.job.time_limit:g} s"
        if last["code"] == -getattr(signal, "SIGXFSZ", 0) != 0:
            return f"printed too much {self._where()}, or wrote too large a file"
        if last["code"] < 0:
            return f"killed by {signal.Signals(-last['code']).name} {self._where()}"
        return None

    def _problem(self, end: Report, output: str) -> str | None:
        """Say what pytest's own end leaves to be explained."""
        status, failed = end["status"], any(test.failures for test in self.tests)
        if end["threads"]:
            return f"left a thread running: {', '.join(end['threads'])}"
        if status is None:
            return f"pytest stopped {self._where()}: {end['raised']}"
        if self.broken:
            return f"while loading the tests: {self.broken[0].test}: {self.broken[0].message}"
        if status == _USAGE_ERROR:
            return f"while loading the tests: {_said(output)}"
        if status == 0 and len(self.tests) < (self.collected or 0):
            return _DIED.format(status, self._where())
        if status in _FINE or (failed and status in (_FAILED, _INTERRUPTED)):
            return None
        if status == _INTERRUPTED:
            return f"interrupted {self._where()}"
        if end.get("covered") is not None:
            return f"the tests cover {end['covered']:.1f} % of the app, less than is asked for"
        return f"pytest ended with exit status {status}, although no test failed"

    def _where(self) -> str:
        if self.current:
            return f"in {self.current}"
        return "while loading the tests" if self.collected is None else "after a test"


def _outcome(report: Report) -> TestOutcome:
    return TestOutcome(
        report["test"],
        report["outcome"],
        report["seconds"],
        report["reason"],
        tuple(Failure(**failure) for failure in report["failures"]),
    )


def _said(output: str) -> str:
    """Return the line of pytest's output that says why it did not start."""
    found: list[str] = _SAID.findall(output)
    return found[-1] if found else (output.strip() or "pytest did not say why").splitlines()[-1]
