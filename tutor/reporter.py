"""The process that tests one lesson: run pytest in its folder, and report each step over a pipe.

A report is one line of JSON with the job's number and an `event`: `collected`, `broken` (a file
whose tests cannot be loaded), `start`, `result`, and as the very last `end`.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import threading
import types
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tutor.catalog import ROOT
from tutor.workers import Job, clean

if TYPE_CHECKING:
    from collections.abc import Callable

_FILE_LIMIT = 64 * 2**20
"""Bytes that a lesson may print, or write to any one file."""
_MEMORY_LIMIT = 4 * 2**30
"""Bytes of address space; a thread takes some 70 MB of it."""
_CLOSING_TIME = 10.0
"""Seconds for threads and exit functions to end after the last test."""
Report = pytest.TestReport | pytest.CollectReport


class Reporter:
    """A pytest plugin that hands each event to `send` as it happens."""

    def __init__(self, send: Callable[..., None]) -> None:
        self.covered: float | None = None
        """How much of the app ran, in percent, where the lesson asks for that."""
        self._send = send
        self._skipped_files = 0
        self._reports: list[pytest.TestReport] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Report a file that cannot be loaded, and one that skips itself as a whole."""
        if report.failed:
            self._send("broken", failure=_failure(report))
        elif report.skipped:
            self._skipped_files += 1
            self._result(report.nodeid, "skipped", reason=_reason(report))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Report how many results will follow, those of skipped files included."""
        listed_only = session.config.option.collectonly
        tests = 0 if listed_only else len(session.items)
        self._send("collected", tests=tests + self._skipped_files)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Report that a test begins, so that a hang or a crash has a name."""
        self._reports = []
        self._send("start", test=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the reports of a test's phases and subtests until it ends."""
        self._reports.append(report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Report how a test ended: failed if any part of it did."""
        own = [x for x in self._reports if not isinstance(x, pytest.SubtestReport)]
        failed = [x for x in self._reports if x.failed]
        # When subtests fail, pytest lets their test fail too, which only says how many.
        counted = any(x not in own for x in failed)
        told = [x for x in failed if not (counted and str(x.longrepr).startswith("contains "))]
        skipped = next((x for x in own if x.skipped), None)
        outcome = "failed" if failed else "skipped" if skipped else "passed"
        self._result(
            nodeid,
            outcome,
            seconds=sum(x.duration for x in own),
            reason=_reason(skipped) if skipped and not failed else "",
            failures=[_failure(x) for x in told],
        )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Keep what pytest-cov has found out."""
        self.covered = getattr(session.config.pluginmanager.getplugin("_cov"), "cov_total", None)

    def _result(self, test: str, outcome: str, **details: Any) -> None:  # noqa: ANN401 - JSON
        result = {"seconds": 0.0, "reason": "", "failures": []} | details
        self._send("result", test=clean(test), outcome=outcome, **result)


def _failure(report: Report) -> dict[str, str | None]:
    test = report.nodeid
    if isinstance(report, pytest.SubtestReport):
        test = f"{test} {report._sub_test_description()}"
    crash = getattr(report.longrepr, "reprcrash", None)
    text = report.longreprtext.rstrip()
    last_line = text.rpartition("\n")[2].removeprefix("E").strip()
    output = "\n".join(content for _, content in report.sections if content.strip())
    return {
        "test": clean(test),
        "message": clean(crash.message if crash else last_line),
        "traceback": clean(text),
        "output": clean(output),
        "phase": report.when,
    }


def _reason(report: Report) -> str:
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        return clean(f"expected to fail: {expected}".rstrip(": "))
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return clean(text.removeprefix("Skipped: "))


def run(job: Job, reports: int, output: int) -> None:
    """Turn this process into the lesson's own, run its tests, and leave by `os._exit`.

    `reports` is the file descriptor for the reports; all that is printed goes to `output`.
    """
    with open(reports, "w", encoding="ascii", buffering=1, closefd=False) as pipe:

        def send(event: str, **details: Any) -> None:  # noqa: ANN401 - JSON
            pipe.write(json.dumps({"job": job.number, "event": event} | details) + "\n")

        _settle(job, output)
        end: dict[str, Any] = {"status": None}
        reporter = Reporter(send)
        try:
            end["status"] = int(pytest.main(_arguments(job), plugins=[reporter]))
            end["covered"] = reporter.covered
        except BaseException as error:  # whatever it is, the lesson raised it
            end["raised"] = clean(f"{type(error).__name__}: {error}")
        _close(lambda threads: send("end", threads=threads, **end), job.time_limit)


def _arguments(job: Job) -> list[str]:
    settings = {
        "cacheprovider": f"cache_dir={job.cache}",
        # Says where a hanging test hangs, just before it is stopped.
        "faulthandler": f"faulthandler_timeout={0.9 * job.time_limit}",
    }
    return [
        "--tb=short",
        "--color=no",
        # pytest wants to rewrite the asserts of plugins, which were imported before it started.
        "-Wignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning",
        *(
            f"--override-ini={setting}"
            for plugin, setting in settings.items()
            if not any(argument.endswith(f"no:{plugin}") for argument in job.arguments)
        ),
        *job.arguments,
    ]


def _settle(job: Job, output: int) -> None:
    """Make this process look as if `pytest` had just been started in the lesson's folder."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(output, 1)
    os.dup2(output, 2)
    _limit(large=job.large)
    os.environ.update(job.environment)
    os.chdir(job.folder)
    # pytest takes two edits within a second for one, if they leave a file as long as it was.
    sys.dont_write_bytecode = True
    sys.path[:] = [entry for entry in sys.path if entry and Path(entry) != ROOT]
    sys.argv = ["pytest", *job.arguments]
    sys.modules["__main__"] = types.ModuleType("__main__")


def _limit(*, large: bool) -> None:
    """Bound memory and files, where the system can, so that a greedy test stops itself."""
    try:
        import resource
        import signal
    except ImportError:  # Windows
        return
    if not large:
        _lower(resource.RLIMIT_AS, _MEMORY_LIMIT)
        _lower(resource.RLIMIT_FSIZE, _FILE_LIMIT)
    _lower(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, and prints on and on


def _lower(limit: int, value: int) -> None:
    import resource

    soft, hard = resource.getrlimit(limit)
    if soft == resource.RLIM_INFINITY or soft > value:
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, hard))


def _close(finish: Callable[[list[str]], None], time_limit: float) -> None:
    """Wait for threads and exit functions as Python does at its end, but not for ever."""

    def leave(threads: list[str]) -> None:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        finish(threads)
        os._exit(0)

    timer = threading.Timer(min(_CLOSING_TIME, time_limit / 2), lambda: leave(_left_threads()))
    timer.daemon = True
    timer.start()
    # What the interpreter does before it takes itself apart, which os._exit spares.
    threading._shutdown()  # type: ignore[attr-defined]  # has no public name
    atexit._run_exitfuncs()
    timer.cancel()
    leave([])


def _left_threads() -> list[str]:
    main = threading.main_thread()
    return [x.name for x in threading.enumerate() if not x.daemon and x is not main]


def run_fresh() -> None:
    """Run the job that the first line of standard input describes, reporting to standard output.

    When standard input ends early, whoever asked is gone: end this process and its children.
    """
    job = Job.from_line(sys.stdin.buffer.readline())
    asked = os.dup(0)
    reports, output = os.dup(1), os.dup(2)
    threading.Thread(target=_end_with, args=(asked,), daemon=True).start()
    run(job, reports, output)


def _end_with(asked: int) -> None:
    while os.read(asked, 1):
        pass
    if hasattr(os, "killpg"):
        import signal

        os.killpg(0, signal.SIGKILL)
    os._exit(1)
