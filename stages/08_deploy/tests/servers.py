"""Real servers: the app under uvicorn, in a process of its own."""

import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
import watched

LESSON = Path(__file__).resolve().parent.parent
DEADLINE = 60.0
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="hands a socket to the server")


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Run uvicorn with the arguments; give its URL, and a function that kills it at once.

    The socket listens before the server starts, so whoever connects is answered as soon as it can.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        number = listener.fileno()
        command = [sys.executable, "-m", "uvicorn", *arguments, f"--fd={number}"]
        process = watched.start(
            [*command, "--log-level=warning"], signal.SIGKILL, {}, cwd=LESSON, pass_fds=[number]
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield url, lambda: watched.stop(process)
    finally:
        watched.stop(process)


@contextmanager
def serving_harness(*arguments: str) -> Iterator[str]:
    """Run uvicorn with the app of `harness.py` in place of the app alone; give its URL."""
    if not hasattr(import_module("app.dependencies"), "SessionDep"):
        pytest.fail("There is no `SessionDep` in app.dependencies.")
    with serving("harness:app", "--app-dir=tests", *arguments) as (url, _):
        yield url


def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; fail when it never does."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("Waited in vain.")
        time.sleep(0.01)
