"""Logins of stage 05: a wrong name beside a wrong password, and whom they keep waiting."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks.comparison import Row, compare
from benchmarks.run_command import DEADLINE, end, free_port, wait_for_200

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
STAGE = "05_auth"
LOGINS = 20
RIGHT = "password123"  # of the stage's demo users


def measure() -> list[Row]:
    """Return the cost of wrong logins, and how long `GET /` takes while 20 logins run."""
    with _served() as port:
        return [_wrong_logins(port), *_meanwhile(port)]


@contextmanager
def _served() -> Iterator[int]:
    """Serve a copy of the stage with bare uvicorn; yield its port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / STAGE
        shutil.copytree(ROOT / "stages" / STAGE, folder)
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)],
            cwd=folder,
            env=os.environ | {"SECRET_KEY": secrets.token_urlsafe(32)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_200(port, process, time.perf_counter() + DEADLINE)
            yield port
        finally:
            end(process)


def _wrong_logins(port: int) -> Row:
    """Compare a wrong password with an unknown name; the slower of both stands as ours."""

    def known() -> float:
        seconds = _log_in(port, "testuser", "guess", 401)
        _log_in(port, "testuser", RIGHT, 200)  # or the name would be closed after ten
        return seconds

    def unknown() -> float:
        return _log_in(port, f"nobody-{secrets.token_hex(4)}", "guess", 401)

    row = compare("login, unknown name", ("wrong password", known), unknown, goal=1.1, worst=1.25)
    if row.ratio >= 1:
        return row
    slower, faster = row.bare_seconds, row.our_seconds
    return Row("login, wrong password", "unknown name", faster, slower, row.goal, row.worst)


def _meanwhile(port: int) -> list[Row]:
    """Ask for the greeting again and again until 20 logins at once are done."""
    seconds: list[float] = []
    with ThreadPoolExecutor(LOGINS) as pool:
        jobs = [pool.submit(_log_in, port, "otheruser", RIGHT, 200) for _ in range(LOGINS)]
        while not all(job.done() for job in jobs):
            seconds.append(_seconds(port, "GET", "/", 200))
        for job in jobs:
            job.result()
    label = f"GET / while {LOGINS} logins run"
    late = statistics.quantiles(seconds, n=100)[-1]
    return [
        Row(f"{label}, median", "the limit", 0.02, statistics.median(seconds), 1.0, 2.5),
        Row(f"{label}, p99", "the limit", 0.1, late, 1.0, 2.5),
    ]


def _log_in(port: int, username: str, password: str, expected: int) -> float:
    form = urlencode({"username": username, "password": password})
    return _seconds(port, "POST", "/token", expected, form)


def _seconds(port: int, method: str, path: str, expected: int, form: str | None = None) -> float:
    """Send a request; return the seconds that it took, once its status is the expected one."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)) as connection:
        started = time.perf_counter()
        connection.request(method, path, form, headers)
        answer = connection.getresponse()
        content = answer.read()
        taken = time.perf_counter() - started
    if answer.status != expected:
        raise RuntimeError(f"{method} {path}: {answer.status} {json.loads(content)}")
    return taken
