"""Gunicorn as the tests run it: in processes of its own, on a port that the kernel chooses."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

LESSON = Path(__file__).resolve().parent
DEADLINE = 60.0
posix_only = pytest.mark.skipif(os.name != "posix", reason="gunicorn needs a POSIX system")


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until the condition holds; fail, and say what was waited for, when it never does."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"Waited in vain until {what}.")
        time.sleep(0.01)


@dataclass
class Gunicorn:
    """A gunicorn that runs, and the file with its log."""

    process: subprocess.Popen[bytes]
    file: Path

    @property
    def log(self) -> str:
        """What it has logged until now."""
        return self.file.read_text()

    @property
    def url(self) -> str:
        """Where it listens; the kernel chose the port."""
        self.until(lambda: "Listening at: " in self.log, "gunicorn listens")
        return re.findall(r"Listening at: (http://\S+)", self.log)[0]  # type: ignore[no-any-return]

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until the condition holds; fail with the log when gunicorn has ended before."""

        def met() -> bool:
            ended = self.process.poll() is not None
            holds = condition()
            if ended and not holds:
                pytest.fail(f"Gunicorn ended before {what}.\n{self.log}")
            return holds

        until(met, what)

    def said_by(self, sentence: str) -> list[int]:
        """Return the process IDs in the lines of the log that end with the sentence."""
        lines = rf"(?m)\[(\d+)\] \[\w+\] {sentence}$"
        return [int(pid) for pid in re.findall(lines, self.log)]

    def workers(self) -> set[int]:
        """Return the process IDs of the workers that are ready and there."""
        return {pid for pid in self.said_by("Application startup complete.") if runs(pid)}

    def wait_for_workers(self, number: int) -> set[int]:
        """Wait until there are so many workers; return their process IDs."""
        self.until(lambda: len(self.workers()) == number, f"there are {number} workers")
        return self.workers()

    def client(self) -> httpx2.Client:
        """Return a client, which has a connection of its own."""
        return httpx2.Client(base_url=self.url, timeout=DEADLINE, trust_env=False)

    def stop(self) -> None:
        """End the master and all workers at once, also one that has just been forked."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def runs(pid: int) -> bool:
    """Tell whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Keep a process from running for a while."""
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: set(states(pid)) == {"T"}, "the process has stopped")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def states(pid: int) -> list[str]:
    """Return the state of each thread of a process, T for stopped; elsewhere that of the whole."""
    threads = list(Path(f"/proc/{pid}/task").glob("*/stat"))
    if threads:
        return [thread.read_text().rpartition(")")[2].split()[0] for thread in threads]
    command = ["ps", "-o", "state=", "-p", str(pid)]
    return [subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout[:1]]


@contextmanager
def gunicorn(folder: Path, *options: str, **settings: str) -> Iterator[Gunicorn]:
    """Run gunicorn with these settings alone, and its log in a file of the folder."""
    own = {"PATH": os.environ["PATH"], "PORT": "0", "WEB_CONCURRENCY": "2", "HOME": str(folder)}
    command = [sys.executable, "gunicorn_conf.py", *options]
    with (folder / "log").open("wb") as log, (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=LESSON,
            env=own | settings,
            stdout=log,
            stderr=errors,
            start_new_session=True,  # a process group of its own, which is ended as a whole
        )
    server = Gunicorn(process, folder / "log")
    try:
        yield server
    finally:
        server.stop()
