"""Made-up lessons in a temporary checkout, served by the real engine in a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import pytest

from tutor.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.catalog import Lesson

posix_only = pytest.mark.skipif(os.name != "posix", reason="ends servers by POSIX signals")

ROOT = Path(__file__).resolve().parent.parent
MARK = "TUTOR_TEST_RUN"
DEADLINE = 30.0
CARD = """\
format = 1
title = "Made up"
summary = "A lesson of the tests"
objectives = ["be served"]
minutes = 1
serve = "main:app"
"""
PLAIN_APP = '''\
"""A made-up app."""
import os
import sys

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read_root() -> dict:
    return {"env": dict(os.environ), "cwd": os.getcwd(), "path": sys.path, "pid": os.getpid()}
'''
DRIVER = '''\
"""Serve a lesson of this folder, as the command line does."""
import sys
from pathlib import Path

from tutor import catalog, display, errors, running

if __name__ == "__main__":
    lessons = catalog.Catalog(Path(__file__).parent)
    name, port, *flags = sys.argv[1:]
    values = dict(flag.split("=") for flag in flags if "=" in flag)
    options = running.RunOptions(
        port=int(port), reload="reload" in flags, open="open" in flags, **values
    )
    try:
        sys.exit(running.serve(lessons.find(name), lessons, options, ask=display.asker()))
    except errors.TutorError as error:
        display.failure(error)
        sys.exit(error.exit_code)
'''


def until(condition: Callable[[], Any], what: str) -> Any:  # noqa: ANN401
    """Return the first true result of `condition`; fail naming `what` when it never comes."""
    deadline = time.monotonic() + DEADLINE
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited in vain for {what}")
        time.sleep(0.01)
    return result


class Site:
    """A checkout with made-up lessons."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalog = Catalog(root)
        (root / "serve.py").write_text(DRIVER, encoding="utf-8")

    def lesson(self, files: dict[str, str] | None = None, card: str = "") -> Lesson:
        """Write `stages/01_demo` with `files` and a card that ends with `card`."""
        folder = self.root / "stages" / "01_demo"
        for name, text in {
            "main.py": PLAIN_APP,
            "lesson.toml": CARD + card,
            **(files or {}),
        }.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self.catalog.find("01")

    def serve(
        self, *flags: str, port: int = 0, env: dict[str, str] | None = None, tty: int | None = None
    ) -> Served:
        """Start serving the lesson; `tty` is the terminal to do it in, in place of pipes."""
        mark = uuid.uuid4().hex
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        variables = {MARK: mark, "PYTHONPATH": os.pathsep.join(paths)}
        with _heeded(signal.SIGINT):
            process = subprocess.Popen(
                [sys.executable, str(self.root / "serve.py"), "01", str(port), *flags],
                cwd=self.root,
                env=os.environ | variables | (env or {}),
                stdin=subprocess.DEVNULL if tty is None else tty,
                stdout=subprocess.PIPE if tty is None else tty,
                stderr=subprocess.STDOUT if tty is None else tty,
                start_new_session=True,
            )
        return Served(process, mark)


@contextmanager
def _heeded(number: signal.Signals) -> Iterator[None]:
    """Let new processes heed a signal, also where a shell had it ignored in the background."""
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


@dataclass
class Answer:
    """What came back from a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401
        """Return the body as JSON."""
        return json.loads(self.body)


class Served:
    """A process that serves a lesson, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], mark: str) -> None:
        self.process = process
        self.mark = mark
        self._printed: list[str] = []
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for number in self._marked():  # only what this run started
            os.kill(number, signal.SIGKILL)
        self._reader.join()
        if self.process.stdout:
            self.process.stdout.close()

    def _read(self, stream: IO[bytes] | None) -> None:
        for line in stream or []:
            self._printed.append(line.decode())

    @property
    def text(self) -> str:
        """All that was printed so far."""
        return "".join(self._printed)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Return the match of `pattern` in what is printed, once it is there."""

        def found() -> re.Match[str] | None:
            match = re.search(pattern, self.text)
            ended = match is None and self.process.poll() is not None
            if ended and not self._reader.is_alive() and not re.search(pattern, self.text):
                raise AssertionError(f"It ended without {pattern!r}:\n{self.text}")
            return match

        try:
            result: re.Match[str] = until(found, repr(pattern))
        except AssertionError as error:
            error.add_note(f"What was printed:\n{self.text}")
            raise
        return result

    @property
    def url(self) -> str:
        """The address that the line names, once it is printed."""
        return self.wait_for(r"Serving 01_demo \(\S+\) at (http://\S+)")[1]

    def get(self, path: str = "/", method: str = "GET") -> Answer:
        """Return the answer to a request."""
        host = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=DEADLINE)
        try:
            connection.request(method, path)
            got = connection.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            connection.close()

    def ended(self) -> int:
        """Wait for the end, and return the exit code."""
        code = self.process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        return code

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        self.process.send_signal(number)
        return self.ended()

    def processes(self) -> list[int]:
        """Return the processes of this run that are alive; skip the test where none can be told."""
        if not Path("/proc/self/environ").exists():
            pytest.skip("counting processes needs /proc")
        return self._marked()

    def _marked(self) -> list[int]:
        mark = f"{MARK}={self.mark}".encode()
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _has(entry, mark)]


def _has(entry: Path, mark: bytes) -> bool:
    try:
        alive = "\nState:\tZ" not in (entry / "status").read_text(encoding="utf-8")
        return alive and mark in (entry / "environ").read_bytes().split(b"\0")
    except OSError:  # it ended meanwhile, or is not ours to read
        return False
