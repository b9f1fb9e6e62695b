"""The process that imports the heavy libraries once, and forks for each lesson to test (Linux).

It has one thread, so that a fork is safe. Standard input: a line with the modules to import, then
a line a job. Standard output: the reports of the jobs (see `tutor.reporter`), and `exit` when a
job's process and all that it started are gone. The end of standard input ends everything.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import select
import signal
import sys
import time
import warnings
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, NoReturn

import _pytest

from tutor.reporter import run
from tutor.strays import adopt_strays, die_with_parent, end_children
from tutor.workers import Job, read_end

if TYPE_CHECKING:
    from collections.abc import Iterable

ALWAYS = (
    "anyio._backends._asyncio",
    "concurrent.futures.thread",
    "fastapi",
    "fastapi.testclient",
    "faulthandler",
    "httpx2",
    "pdb",
    "pydantic.v1",
    "pytest",
    "tomllib",
    "unittest.mock",
)
"""What nearly every lesson's tests import, sooner or later."""


@dataclass
class Running:
    """A job's process: where its reports come from, and until when it may stay silent."""

    job: Job
    pid: int
    reports: int
    output: IO[bytes]
    started: float
    deadline: float
    received: bytes = b""
    closed: bool = False
    hung: bool = False

    def kill(self) -> None:
        """Kill the process and its group; it must not have been waited for."""
        for kill in (os.killpg, os.kill):  # it has no group of its own before its first step
            with suppress(ProcessLookupError):
                kill(self.pid, signal.SIGKILL)


class Server:
    """Takes jobs, forks for each, passes the reports on, and cleans up behind each."""

    def __init__(self) -> None:
        self._jobs: list[Running] = []
        self._asked = b""
        self._wake, self._waker = os.pipe()
        for end in (self._wake, self._waker):
            os.set_blocking(end, False)
        # The end of a child writes to this pipe, which ends the wait in `_step`.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        adopt_strays()

    def serve(self) -> None:
        """Work until standard input ends, then end every job."""
        try:
            while self._step():
                pass
        finally:
            for running in self._jobs:
                running.kill()
            end_children()

    def _step(self) -> bool:
        """Wait for something to happen, and deal with it; false when standard input has ended."""
        ready = self._wait()
        if 0 in ready and not self._take_jobs():
            return False
        if self._wake in ready:
            os.read(self._wake, 4096)
        for running in self._jobs.copy():
            if running.reports in ready:
                _pass_on(running)
            if running.deadline < time.monotonic() and not running.hung:
                running.hung = True
                running.kill()
            if os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                self._finish(running)
        return True

    def _wait(self) -> list[int]:
        deadlines = [x.deadline - time.monotonic() for x in self._jobs if not x.hung]
        timeout = max(0.0, min(deadlines)) if deadlines else None
        pipes = [x.reports for x in self._jobs if not x.closed]
        return select.select([0, self._wake, *pipes], [], [], timeout)[0]

    def _take_jobs(self) -> bool:
        received = os.read(0, 65536)
        *lines, self._asked = (self._asked + received).split(b"\n")
        for line in lines:
            self._start(Job.from_line(line))
        return bool(received)

    def _start(self, job: Job) -> None:
        reports, write_end = os.pipe()
        output = TemporaryFile()  # noqa: SIM115 - closed when the job has ended
        pid = os.fork()
        if pid == 0:
            os.close(reports)
            self._become(job, write_end, output.fileno())
        os.close(write_end)
        os.set_blocking(reports, False)
        now = time.monotonic()
        self._jobs.append(Running(job, pid, reports, output, now, now + job.time_limit))

    def _become(self, job: Job, reports: int, output: int) -> NoReturn:
        """Give up, in the child, all that is the server's, and run the job."""
        try:
            os.setsid()
            die_with_parent()
            # Keeps what the tests leave behind apart from what other jobs leave behind.
            adopt_strays()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.close(self._wake)
            os.close(self._waker)
            for other in self._jobs:
                os.close(other.reports)
                other.output.close()
            run(job, reports, output)
        finally:
            os._exit(1)

    def _finish(self, running: Running) -> None:
        """Report the end of a job, once everything that it started has ended too."""
        while _pass_on(running):
            pass
        running.kill()
        _, status, usage = os.wait4(running.pid, 0)
        self._jobs.remove(running)
        end_children(keep=[x.pid for x in self._jobs])
        end = {
            "job": running.job.number,
            "event": "exit",
            "code": os.waitstatus_to_exitcode(status),
            "hung": running.hung,
            "seconds": time.monotonic() - running.started,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "output": read_end(running.output),
        }
        os.close(running.reports)
        running.output.close()
        _write(json.dumps(end).encode() + b"\n")


def _pass_on(running: Running) -> bool:
    """Pass on the whole lines that have arrived; false when there was nothing to read."""
    try:
        received = os.read(running.reports, 2**20)
    except BlockingIOError:
        return False
    running.closed = not received
    *lines, running.received = (running.received + received).split(b"\n")
    _write(b"".join(line + b"\n" for line in lines))
    running.deadline = time.monotonic() + running.job.time_limit
    return bool(received)


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def preload(modules: Iterable[str]) -> None:
    """Import pytest with all its parts and plugins, and `modules`; pass over what fails.

    A module that cannot be imported is the lesson's to report, with its traceback.
    """
    parts = [module.name for module in pkgutil.iter_modules(_pytest.__path__, "_pytest.")]
    with warnings.catch_warnings(), redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        for name in (*parts, *modules):
            with suppress(Exception):
                import_module(name)
        for plugin in entry_points(group="pytest11"):
            with suppress(Exception):
                plugin.load()


def main() -> None:
    """Be the server: preload what the first line of standard input names, then serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    first = bytearray()
    while not first.endswith(b"\n"):  # byte by byte: what follows belongs to `serve`
        byte = os.read(0, 1)
        if not byte:
            return
        first += byte
    preload((*ALWAYS, *json.loads(first)))
    gc.collect()
    gc.freeze()  # so that the garbage collector of a child copies none of these pages
    Server().serve()
