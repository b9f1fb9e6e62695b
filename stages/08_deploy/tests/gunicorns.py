"""Gunicorn, with two workers and the settings of `gunicorn_conf.py`."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx2
import pytest
import watched
from databases import LESSON
from servers import DEADLINE, until
from tokens import KEY

WORKERS = 2
TESTUSER = "7e57ed00-0000-4000-a000-000000000001"
CLOSED = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
"""What is raised when the other side closes a connection."""


@dataclass
class Gunicorn:
    """A gunicorn that runs: its process, its folder, and where it listens."""

    process: subprocess.Popen[bytes]
    folder: Path
    url: str

    @cached_property
    def pid(self) -> int:
        """Its process ID; that of `process` is the watcher's."""
        file = self.folder / "pid"
        self.until(lambda: file.exists() and file.read_text().endswith("\n"))
        return int(file.read_text())

    @property
    def log(self) -> str:
        """What it has logged until now."""
        return (self.folder / "log").read_text()

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds; fail with the log when gunicorn has ended before."""

        def met() -> bool:
            ended = self.process.poll() is not None
            holds = condition()
            if ended and not holds:
                pytest.fail(f"Gunicorn has ended.\n{self.log}")
            return holds

        until(met)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Wait until it has ended; return its exit status."""
        return self.process.wait(DEADLINE)

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx2.Response:
        """Send a GET over a connection of its own, and once more when that was closed.

        That is what browsers and proxies do, for a GET may be repeated. A worker that ends closes
        connections, and cannot know that a request is on its way.
        """
        for last in (False, True):
            try:
                return httpx2.get(self.url + path, headers=headers, timeout=DEADLINE)
            except CLOSED:
                if last:
                    raise
            except httpx2.ConnectError:
                pytest.fail(f"Gunicorn does not listen.\n{self.log}")
        raise AssertionError("unreachable")

    def workers(self) -> set[int]:
        """Return the process IDs of the workers that answer; wait until all do."""
        found: set[int] = set()

        def all_found() -> bool:
            found.add(self.get("/worker").json()["process"])
            found.difference_update([pid for pid in found if not runs(pid)])
            return len(found) == WORKERS

        self.until(all_found)
        return found


def runs(pid: int) -> bool:
    """Tell whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def gunicorn(
    folder: Path, *, app: str = "worker_app:app", socket_file: Path | None = None, **settings: str
) -> Iterator[Gunicorn]:
    """Run gunicorn with these settings alone, on a port that the kernel chooses or on a file."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        number = listener.fileno()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        own = {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": KEY,
            "BIND": f"unix:{socket_file}" if socket_file else f"fd://{number}",
            "WEB_CONCURRENCY": str(WORKERS),
            "WORKER_FOLDER": str(folder),
            "TMPDIR": str(folder),  # some are killed, and leave there what they have not removed
        }
        options = ["--config=gunicorn_conf.py", "--pythonpath=tests", f"--pid={folder / 'pid'}"]
        with (folder / "log").open("wb") as log:
            process = watched.start(
                [sys.executable, "-m", "gunicorn", *options, app],
                signal.SIGKILL,
                {},
                cwd=LESSON,
                env=own | settings,
                pass_fds=[number],
                stdout=log,
                stderr=log,
            )
    try:
        yield Gunicorn(process, folder, url)
    finally:
        watched.stop(process)
