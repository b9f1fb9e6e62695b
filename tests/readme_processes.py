"""Processes that a README starts: commands, servers, and the one that runs its Python blocks."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.readme_blocks import Block, Command

_WORKER = Path(__file__).with_name("readme_worker.py")


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to the process and all that it started; on Windows end the process."""
    if sys.platform == "win32":
        process.terminate()
        return
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # gone; macOS says so in the second way
        return


def _end(process: subprocess.Popen[bytes], patience: float, number: int = signal.SIGINT) -> bool:
    """End the process and all that it started; tell whether it went when asked to."""
    try:
        if process.poll() is None:
            _signal_group(process, number)
        process.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    else:
        return True
    finally:
        if sys.platform != "win32":
            _signal_group(process, signal.SIGKILL)
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Place:
    """Where a README's processes run, with what environment, and for how many seconds at most."""

    folder: Path
    environment: Mapping[str, str]
    patience: float

    def start(self, arguments: Sequence[str], output: Path) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own; all it prints goes to the file `output`."""
        with output.open("wb") as file:
            return subprocess.Popen(
                arguments,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, arguments: Sequence[str], output: Path) -> tuple[int | None, str]:
        """Run a command; return its exit status (None: it had to be killed) and what it printed."""
        process = self.start(arguments, output)
        status: int | None
        try:
            status = process.wait(self.patience)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _end(process, 0, signal.SIGKILL)
        return status, output.read_text(encoding="utf-8", errors="replace")


class Server:
    """A server that a console block starts."""

    def __init__(
        self, command: Command, arguments: Sequence[str], port: int, place: Place, log: Path
    ) -> None:
        self.command = command
        self._port = port
        self._place = place
        self._log = log
        self._asked_from = 0
        self._process = place.start(arguments, log)

    def wait(self) -> bool:
        """Wait until it answers HTTP; return False when it ended or took too long."""
        deadline = time.monotonic() + self._place.patience
        while self.status is None and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.02)  # between two questions
        return False

    @property
    def status(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.poll()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.connect()
            self._asked_from = connection.sock.getsockname()[1]
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def stop(self) -> bool:
        """Interrupt it as Ctrl-C does, then make sure that it is gone; tell whether it obeyed."""
        return _end(self._process, min(self._place.patience, 20))

    def output(self) -> str:
        """Return what it printed, without the line about our own question."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(line for line in lines if f"127.0.0.1:{self._asked_from} " not in line)


class PythonSession:
    """The process that runs the Python blocks of one README."""

    def __init__(self, name: str, place: Place) -> None:
        self._name = name
        self._patience = place.patience
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", str(_WORKER)],
            cwd=place.folder,
            env=place.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, block: Block, text: str) -> str:
        """Run a block whose text is `text`; return what went wrong."""
        assert self._process.stdin
        assert self._process.stdout
        job = {"language": block.language, "text": text, "file": self._name, "line": block.line}
        timer = threading.Timer(self._patience, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        finally:
            timer.cancel()
        return str(json.loads(answer)) if answer else "The interpreter ended or took too long."

    def close(self) -> None:
        """End the process and all that its blocks started."""
        _end(self._process, 0, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
