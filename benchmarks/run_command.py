"""`tutor_cli run 01` to its first answer, beside bare `uvicorn main:app` and `fastapi dev`."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.comparison import Row, compare

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
LESSON = "01_basics"
DEADLINE = 30.0


def measure() -> list[Row]:
    """Return how long each takes from its start to the first 200, in seconds of wall time."""
    scripts = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as temporary:
        # The bare tools leave bytecode beside the code that they serve: a copy takes it.
        folder = Path(temporary) / LESSON
        shutil.copytree(ROOT / "stages" / LESSON, folder)
        uvicorn = _first_answer([str(scripts / "uvicorn"), "main:app"], folder)
        fastapi = _first_answer([str(scripts / "fastapi"), "dev", "main.py"], folder)
        ours = _first_answer([sys.executable, str(ROOT / "tutor_cli.py"), "run", "01"], ROOT)
        return [
            compare("tutor_cli run 01", ("uvicorn main:app", uvicorn), ours, goal=1.1, worst=1.25),
            compare("tutor_cli run 01", ("fastapi dev", fastapi), ours, goal=1.0, worst=1.0),
        ]


def _first_answer(command: list[str], folder: Path) -> Callable[[], float]:
    """Return a function that starts the server, waits for its first 200, and ends it."""
    environment = os.environ | {"TUTOR_ENVIRONMENT_READY": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def once() -> float:
        port = free_port()
        started = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_for_200(port, process, started + DEADLINE)
            return time.perf_counter() - started
        finally:
            end(process)

    return once


def free_port() -> int:
    """Return a port of this machine that was free just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_200(port: int, process: subprocess.Popen[bytes], deadline: float) -> None:
    """Wait until `GET /` answers 200; raise RuntimeError when the process ends or is too late."""
    while not _answers(port):
        if process.poll() is not None or time.perf_counter() > deadline:
            raise RuntimeError(f"{process.args!r} does not answer; it ended: {process.returncode}")
        time.sleep(0.002)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    with closing(connection):
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to stop, and wait until it has."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    finally:
        process.kill()
        process.wait()
