"""Databases with one user and some tasks each, and the apps of `benchmarks/apps` on top of them."""

from __future__ import annotations

import http.client
import importlib
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
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from benchmarks.contents import TASKS, task
from benchmarks.load import HOST
from benchmarks.run_command import DEADLINE, free_port, wait_for_200
from tutor import display

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
STAGES = ROOT / "stages"
PREFIXES = {"06_database": "", "08_deploy": "/api/v1"}
"""The stages whose databases can be made, and where each has its operations."""

ACCOUNT = {"username": "somebody", "password": "a password to measure with"}


@dataclass(frozen=True)
class Database:
    """A database, the environment and the folder of an app that serves it, and a user's token."""

    name: str
    folder: Path
    environment: dict[str, str]
    token: str = ""

    @property
    def prefix(self) -> str:
        """What the paths of all operations begin with."""
        return PREFIXES[self.folder.name]

    def log(self, port: int) -> Path:
        """Return where the app that is served at the port writes its lines."""
        return self.folder / f"{port}.log"

    @contextmanager
    def served(self, app: str, **more: str) -> Iterator[int]:
        """Serve a module of `benchmarks/apps` with one worker; yield its port.

        `more` is added to its environment.
        """
        port = free_port()
        options = ["--port", str(port), "--no-access-log", "--log-level", "critical"]
        with self.log(port).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", f"benchmarks.apps.{app}:app", *options],
                cwd=self.folder,
                env=self.environment | more,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for_200(port, process, time.perf_counter() + DEADLINE)
            yield port
        finally:
            process.kill()  # One that waits for its own connections would not stop by itself.
            process.wait()
            self.log(port).unlink()


@contextmanager
def made(stage: str = "06_database") -> Iterator[list[Database]]:
    """Make databases of a stage, one of each kind: SQLite, and PostgreSQL where it is installed."""
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as servers:
        folder = Path(temporary) / stage
        unwanted = shutil.ignore_patterns("__pycache__", "*.db")
        shutil.copytree(STAGES / stage, folder, ignore=unwanted)
        urls = {"SQLite": f"sqlite:///{folder / 'tasks.db'}"}
        try:
            urls["PostgreSQL"] = servers.enter_context(helper(stage, "postgresql").server())
        except pytest.skip.Exception as why:
            display.note(str(why))
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(map(str, (folder, ROOT))),
            "SECRET_KEY": secrets.token_urlsafe(32),
            "ACCESS_TOKEN_EXPIRE_MINUTES": "600",
            "ENVIRONMENT": "production",
        }
        yield [
            _filled(Database(name, folder, environment | {"DATABASE_URL": url}))
            for name, url in urls.items()
        ]


def helper(stage: str, name: str) -> Any:  # noqa: ANN401  # a module that mypy cannot see
    """Import a module of a stage's own tests, such as the one that starts PostgreSQL."""
    tests, before = STAGES / stage / "tests", set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tests))
        module = importlib.import_module(name)
    # Another stage has modules of the same names.
    for new in sys.modules.keys() - before:
        if tests in Path(getattr(sys.modules[new], "__file__", None) or "").parents:
            del sys.modules[new]
    return module


def _filled(database: Database) -> Database:
    """Migrate the database, put the user and the tasks in as a client does, and keep the token."""
    alembic = [sys.executable, "-m", "alembic", "upgrade", "head"]
    folder, environment = database.folder, database.environment
    subprocess.run(alembic, cwd=folder, env=environment, check=True, capture_output=True)
    with database.served("stage") as port:
        prefix = database.prefix
        ask(port, f"{prefix}/register", json.dumps(ACCOUNT))
        answer = ask(port, f"{prefix}/token", urlencode(ACCOUNT))[1]
        token = json.loads(answer)["access_token"]
        for number in range(1, TASKS + 1):
            ask(port, f"{prefix}/tasks", json.dumps(task(number)), token=token)
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
