"""Real servers: the app under uvicorn, in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

LESSON = Path(__file__).resolve().parent.parent
DEADLINE = 60.0
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="hands a socket to the server")


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run uvicorn with the arguments; give its URL and its process, and end it.

    The socket listens before the server starts, so whoever connects is answered as soon as it can.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        number = listener.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", *arguments, f"--fd={number}", "--log-level=warning"],
            cwd=LESSON,
            pass_fds=[number],
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield url, process
    finally:
        kill(process)


@contextmanager
def serving_harness(*arguments: str) -> Iterator[str]:
    """Run uvicorn with the app of `harness.py` in place of the app alone; give its URL."""
    if not hasattr(import_module("app.dependencies"), "SessionDep"):
        pytest.fail("There is no `SessionDep` in app.dependencies.")
    with serving("harness:app", "--app-dir=tests", *arguments) as (url, _):
        yield url


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a server and its workers at once, as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(DEADLINE)


def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; fail when it never does."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("Waited in vain.")
        time.sleep(0.01)
