"""Run the commands of uv or pip: with progress, and so that none of them outlives this process."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from tutor.bootstrap import ROOT, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 3.0  # seconds without a line on the screen
# Each of these sends the packages or the interpreter elsewhere. The settings of a mirror stay.
STRAY = {
    *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "UV_SYSTEM_PYTHON", "UV_VENV_CLEAR"),
    *("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__"),
}


class InstallerError(Exception):
    """An installer's command failed; the argument is all it printed."""


class Installer:
    """Runs the commands of an installer, and says every few seconds how far it is."""

    def __init__(self, folder: Path, turn: int, count: int) -> None:
        self.folder = folder
        self.turn = turn
        self.count = count
        self.fetched = 0

    def run(self, doing: str, command: list[str]) -> None:
        """Run `command` to its end; raise InstallerError when it fails."""
        say(f"{doing} ...")
        process = None
        try:
            with _signals_held():  # one that came before the assignment would leave an orphan
                process = self._start(command)
            output = self._follow(process)
        except BaseException:
            if process:
                _kill(process)
            raise
        if process.wait():
            raise InstallerError(output)

    def _start(self, command: list[str]) -> subprocess.Popen[str]:
        """Start `command` in a session of its own: Ctrl-C is for us, who then end all of it."""
        environment = {name: value for name, value in os.environ.items() if name not in STRAY}
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={"UV_HTTP_RETRIES": "1", **environment, "VIRTUAL_ENV": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            pass_fds=() if sys.platform == "win32" else (self.turn,),
        )

    def _follow(self, process: subprocess.Popen[str]) -> str:
        started = spoken = time.monotonic()
        output, state = "", "still at it"
        for line in _lines(process):
            output += line
            state = self._state(line) or state
            now = time.monotonic()
            if now - spoken >= PATIENCE:
                say(f"  {state}, {now - started:.0f} s")
                spoken = now
        return output

    def _state(self, line: str) -> str:
        """Return what a line of pip's output says about how far it is, or nothing."""
        self.count -= line.startswith("Ignoring ")  # a package for another system
        if line.startswith("Installing "):
            return "all fetched, unpacking them"
        if not line.startswith(("Collecting ", "Processing ")):
            return ""
        self.fetched += 1
        return f"{self.fetched} of {self.count} fetched"


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back the signals that end a command, and let them act at the end of the block."""
    came: list[int] = []
    before = {}
    if threading.current_thread() is threading.main_thread():
        names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
        for number in [getattr(signal, name) for name in names]:
            before[number] = signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number in came:
        signal.raise_signal(number)


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield the lines that a process prints, and "" each time it prints none for a while."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        if process.stdout:
            process.stdout.close()
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    line: str | None = ""
    while line is not None:
        yield line
        try:
            line = lines.get(timeout=PATIENCE / 3)
        except queue.Empty:
            line = ""


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
