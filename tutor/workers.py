"""The processes that test lessons: forked by a server, or a fresh one each where that is not safe.

Both take a `Job` and give back the same reports, as `tutor.reporter` describes them; the last one
of a job is `exit`, when its process has ended.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

from tutor.catalog import ROOT
from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Iterable

FRESH = "TUTOR_TEST_FRESH"
"""Set to 1, this environment variable chooses fresh processes where a fork would do."""
_KEPT = 20_000
"""Characters of a text that are worth showing to a person."""
_SPELT_OUT = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)
}
_MACHINERY = re.compile(r'  File "[^"\n]*\b_pytest\b.*\n(?:  File ".*\n)*')
"""In the stack of a process that died or hung, the frames below the test's own."""
_TO_STOP = 30.0
"""Seconds that the server may take to end what runs."""

Report = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """What to run: pytest with `arguments` in `folder`, with `environment` added to its own."""

    number: int
    folder: str
    arguments: tuple[str, ...]
    cache: str
    """The folder for pytest's cache."""
    environment: dict[str, str]
    time_limit: float
    """Seconds without a report after which the lesson counts as hung."""
    large: bool = False
    """Whether neither memory nor files are limited."""

    @classmethod
    def from_line(cls, line: bytes) -> Job:
        """Return the job that `line` describes; the opposite of `as_line`."""
        values = json.loads(line)
        return cls(**values | {"arguments": tuple(values["arguments"])})

    def as_line(self) -> bytes:
        """Return the job as a line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"


class Workers(Protocol):
    """Something that runs jobs at the same time."""

    def start(self, job: Job) -> None:
        """Start a job."""

    def next_report(self) -> Report:
        """Wait for the next report of any job; raise TutorError when none can come any more."""

    def close(self) -> None:
        """End all that still runs."""


def open_workers(modules: Iterable[str]) -> Workers:
    """Return the workers for this system; those that fork import `modules` first."""
    if sys.platform == "linux" and os.environ.get(FRESH) != "1":
        return ForkedWorkers(modules)
    return FreshWorkers()


def clean(text: str) -> str:
    """Return `text` with control characters spelt out, and without its middle when it is long."""
    text = text.encode("utf-8", "backslashreplace").decode().translate(_SPELT_OUT)
    if len(text) <= _KEPT:
        return text
    half, left_out = _KEPT // 2, len(text) - _KEPT
    return f"{text[:half]}\n… {left_out} characters …\n{text[-half:]}"


def read_end(output: IO[bytes]) -> str:
    """Return the last part of what a job printed into the file `output`."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _KEPT))
    text = output.read().decode(errors="replace")
    return clean(_MACHINERY.sub("", text).strip("\n"))


@dataclass
class _Process:
    """A Python process, and the pipes to it and from it."""

    process: subprocess.Popen[bytes]
    jobs: IO[bytes]
    reports: IO[bytes]

    @classmethod
    def start(cls, module: str, function: str, errors: IO[bytes]) -> _Process:
        """Start a process that calls the function of the module, in a session of its own."""
        code = f"sys.path.insert(0, {str(ROOT)!r}); import {module}; {module}.{function}()"
        process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; {code}"],
            cwd=ROOT,  # else Python would import what lies in the caller's folder
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        return cls(process, cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))

    def send(self, line: bytes) -> None:
        """Hand over a line; that a process is gone shows in what it reports."""
        with suppress(BrokenPipeError):
            self.jobs.write(line)
            self.jobs.flush()

    def hang_up(self) -> None:
        """Close the pipe to the process, which tells it to end."""
        with suppress(BrokenPipeError):
            self.jobs.close()


def _environment() -> dict[str, str]:
    """Return the caller's environment, without what a pytest around this one left in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # the installed packages are worth compiling once
    return kept


class ForkedWorkers:
    """Workers forked by one server process, which shares the cost of the imports."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._errors = TemporaryFile()  # noqa: SIM115 - closed in `close`
        self._server = _Process.start("tutor.fork_server", "main", self._errors)
        self._server.send(json.dumps(list(modules)).encode() + b"\n")

    def start(self, job: Job) -> None:
        """Start a job."""
        self._server.send(job.as_line())

    def next_report(self) -> Report:
        """Wait for the next report of any job; raise TutorError when the server is gone."""
        line = self._server.reports.readline()
        if line:
            report: Report = json.loads(line)
            return report
        said = read_end(self._errors).strip()
        raise TutorError(f"The process that tests the lessons ended. {said}".strip(), "Try again.")

    def close(self) -> None:
        """End the server, which ends all that it started."""
        self._server.hang_up()
        try:
            self._server.process.wait(_TO_STOP)
        except subprocess.TimeoutExpired:
            self._server.process.kill()
            self._server.process.wait()
        self._server.reports.close()
        self._errors.close()


@dataclass
class _Fresh:
    """A job in a process of its own, with the thread that reads its reports."""

    job: Job
    worker: _Process
    output: IO[bytes]
    reader: threading.Thread
    started: float
    deadline: float

    def kill(self) -> None:
        """Kill the process and, where the system has them, its group."""
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError):
                os.killpg(self.worker.process.pid, signal.SIGKILL)
        self.worker.process.kill()

    def end(self) -> None:
        """End what the process has left behind, and give back what it used."""
        self.kill()
        self.worker.process.wait()
        self.worker.hang_up()
        self.output.close()
        self.reader.join(1.0)
        if not self.reader.is_alive():  # else a process that escaped holds the pipe open
            self.worker.reports.close()


class FreshWorkers:
    """Workers that are each a new Python process."""

    def __init__(self) -> None:
        self._running: dict[int, _Fresh] = {}
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()

    def start(self, job: Job) -> None:
        """Start a job."""
        output = TemporaryFile()  # noqa: SIM115 - closed when the job has ended
        worker = _Process.start("tutor.reporter", "run_fresh", output)
        worker.send(job.as_line())
        reader = threading.Thread(target=self._read, args=(job, worker.reports), daemon=True)
        now = time.monotonic()
        fresh = _Fresh(job, worker, output, reader, now, now + job.time_limit)
        self._running[job.number] = fresh
        reader.start()

    def _read(self, job: Job, reports: IO[bytes]) -> None:
        for line in reports:
            with suppress(ValueError):  # a process that dies may leave half a line
                report = json.loads(line)
                self._reports.put(report)
                if report["event"] == "end":
                    break
        self._reports.put({"job": job.number, "event": "silent"})

    def next_report(self) -> Report:
        """Wait for the next report of any job."""
        while True:
            next_late = min(self._running.values(), key=lambda fresh: fresh.deadline)
            try:
                wait = max(0.0, next_late.deadline - time.monotonic())
                report = self._reports.get(timeout=wait)
            except queue.Empty:
                return self._finish(next_late, hung=True)
            fresh = self._running.get(report["job"])
            if fresh is None:  # it hung, and has been reported as such
                continue
            if report["event"] == "silent":
                return self._finish(fresh)
            fresh.deadline = time.monotonic() + fresh.job.time_limit
            return report

    def _finish(self, fresh: _Fresh, *, hung: bool = False) -> Report:
        if hung:
            fresh.kill()
        before = _cpu_of_children()
        try:
            fresh.worker.process.wait(fresh.job.time_limit)
        except subprocess.TimeoutExpired:
            hung = True
            fresh.kill()
        report = {
            "job": fresh.job.number,
            "event": "exit",
            "code": fresh.worker.process.wait(),
            "hung": hung,
            "seconds": time.monotonic() - fresh.started,
            "cpu_seconds": _cpu_of_children() - before,
            "output": read_end(fresh.output),
        }
        del self._running[fresh.job.number]
        fresh.end()
        return report

    def close(self) -> None:
        """End all that still runs."""
        for fresh in self._running.values():
            fresh.end()


def _cpu_of_children() -> float:
    """Return the CPU seconds of all children that were waited for; 0 where this is not known."""
    times = os.times()
    return times.children_user + times.children_system
