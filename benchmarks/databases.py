"""Databases with one user and ten tasks each, and the apps of `benchmarks/apps` that serve them."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from benchmarks.load import HOST
from benchmarks.run_command import DEADLINE, free_port, wait_for_200
from tutor import display

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

ROOT = Path(__file__).resolve().parent.parent
STAGE = ROOT / "stages" / "06_database"
TASKS = 10
ACCOUNT = {"username": "somebody", "password": "a password to measure with"}


@dataclass(frozen=True)
class Database:
    """A database, the environment and the folder of an app that serves it, and a user's token."""

    name: str
    folder: Path
    environment: dict[str, str]
    token: str = ""

    @contextmanager
    def served(self, app: str) -> Iterator[int]:
        """Serve a module of `benchmarks/apps` with one worker; yield its port."""
        port = free_port()
        options = ["--port", str(port), "--no-access-log", "--log-level", "critical"]
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", f"benchmarks.apps.{app}:app", *options],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_200(port, process, time.perf_counter() + DEADLINE)
            yield port
        finally:
            process.kill()  # One that waits for its own connections would not stop by itself.
            process.wait()


@contextmanager
def made() -> Iterator[list[Database]]:
    """Make a database of each kind: SQLite, and PostgreSQL where it is installed."""
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as servers:
        folder = Path(temporary) / STAGE.name
        shutil.copytree(STAGE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
        urls = {"SQLite": f"sqlite:///{folder / 'tasks.db'}"}
        try:
            urls["PostgreSQL"] = servers.enter_context(_postgresql())
        except pytest.skip.Exception as why:
            display.note(str(why))
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(map(str, (folder, ROOT))),
            "SECRET_KEY": secrets.token_urlsafe(32),
            "ACCESS_TOKEN_EXPIRE_MINUTES": "600",
        }
        yield [
            _filled(Database(name, folder, environment | {"DATABASE_URL": url}))
            for name, url in urls.items()
        ]


def _postgresql() -> AbstractContextManager[str]:
    """Start the server that the stage's tests start, and give its URL."""
    beside = str(STAGE / "tests")  # It imports a module beside it.
    if beside not in sys.path:
        sys.path.append(beside)
    spec = importlib.util.spec_from_file_location("postgresql", STAGE / "tests" / "postgresql.py")
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{STAGE} has no tests/postgresql.py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server: AbstractContextManager[str] = module.server()
    return server


def _filled(database: Database) -> Database:
    """Migrate the database, put the user and the tasks in as a client does, and keep the token."""
    alembic = [sys.executable, "-m", "alembic", "upgrade", "head"]
    folder, environment = database.folder, database.environment
    subprocess.run(alembic, cwd=folder, env=environment, check=True, capture_output=True)
    with database.served("stage") as port:
        ask(port, "/register", json.dumps(ACCOUNT))
        token = json.loads(ask(port, "/token", urlencode(ACCOUNT))[1])["access_token"]
        for number in range(1, TASKS + 1):
            task = {"title": f"Task {number}", "description": "Measured", "due_date": "2027-01-31"}
            ask(port, "/tasks", json.dumps(task), token=token)
    return replace(database, token=token)


def ask(port: int, path: str, content: str | None = None, *, token: str = "") -> tuple[int, bytes]:
    """Post `content`, JSON or a form, to `path`, or get from there; return status and body."""
    kind = "json" if content is None or content.startswith("{") else "x-www-form-urlencoded"
    headers = {"Content-Type": f"application/{kind}"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with closing(http.client.HTTPConnection(HOST, port, timeout=DEADLINE)) as connection:
        connection.request("GET" if content is None else "POST", path, content, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
