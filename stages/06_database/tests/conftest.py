"""What the tests share: a database each, a client that is signed in, tokens made by hand."""

import base64
import hashlib
import hmac
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import postgresql
import pytest
from databases import MIGRATIONS, Database
from fastapi import FastAPI
from fastapi.testclient import TestClient
from passlib.hash import argon2

LESSON = str(Path(__file__).resolve().parent.parent)
KEY = "The key of the tests: 32 characters and more"
HEADER = {"alg": "HS256", "typ": "JWT"}
OTHER_SETTINGS = (
    "ENVIRONMENT",
    "ACCESS_TOKEN_EXPIRE_MINUTES",
    "FIRST_SUPERUSER",
    "FIRST_SUPERUSER_PASSWORD",
)

MakeToken = Callable[..., str]
SignIn = Callable[[str], dict[str, str]]


def load(module: str) -> FastAPI:
    """Return the app in `module`."""
    app = import_module(module).app
    assert isinstance(app, FastAPI), f"`app` in {module} is not a FastAPI app."
    return app


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that chooses the databases."""
    text = "the databases to run the tests on: sqlite, postgresql, or all (the default)"
    parser.addoption("--database", choices=["sqlite", "postgresql", "all"], default="all", help=text)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that speaks to the app once on each database."""
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("database")
        kinds = ["sqlite", "postgresql"] if chosen == "all" else [chosen]
        metafunc.parametrize("database", kinds, indirect=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a file for SQLite, as each test has it at first."""
    path = tmp_path_factory.mktemp("template") / "tasks.db"
    Database(f"sqlite:///{path}").prepare()
    return path


@pytest.fixture(scope="session")
def migrated_server() -> Iterator[Database]:
    """Start a PostgreSQL, and migrate a database there; the tests use it one after the other."""
    with postgresql.server() as url, postgresql.new_database(url) as own:
        database = Database(own)
        database.prepare()
        yield database


@pytest.fixture
def database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Database:
    """Give a database with three users and no tasks, and tell the app where it is."""
    if getattr(request, "param", "sqlite") == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path)
        database = Database(f"sqlite:///{path}")
    else:
        database = request.getfixturevalue("migrated_server")
        database.clear()
    monkeypatch.setenv("DATABASE_URL", database.url)
    return database


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Start the app as on a developer's machine, with a key that the tests know."""
    monkeypatch.setenv("SECRET_KEY", KEY)
    for name in OTHER_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    request.getfixturevalue("database")


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Argon2 take next to no memory: only the tests of its cost need that."""
    monkeypatch.setattr(argon2, "memory_cost", 8)
    monkeypatch.setattr(argon2, "parallelism", 1)


@pytest.fixture
def anonymous(database: Database) -> Iterator[TestClient]:  # noqa: ARG001  # it has to be there
    """Speak to the app without a token; `with` starts it anew."""
    with TestClient(load("app.main"), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def sign_in(anonymous: TestClient) -> SignIn:
    """Give the headers to send after a login as the user with that name; none if it fails."""

    def headers(username: str) -> dict[str, str]:
        form = {"username": username, "password": "password123"}
        answer = anonymous.post("/token", data=form)
        if not answer.is_success:
            return {}
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    return headers


@pytest.fixture
def client(anonymous: TestClient, sign_in: SignIn) -> TestClient:
    """Speak to the app as testuser."""
    anonymous.headers.update(sign_in("testuser"))
    return anonymous


@pytest.fixture
def make_token() -> MakeToken:
    """Make tokens by hand, as anybody can who knows a key."""

    def make(claims: Mapping[str, Any], key: str = KEY, header: object = HEADER) -> str:
        parts = [json.dumps(part).encode() for part in (header, claims)]
        signed = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        signature = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    return make


@pytest.fixture
def hello_client() -> Iterator[TestClient]:
    """Speak to the app in hello.py over HTTP, without a network."""
    with TestClient(load("hello"), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Let another thread run after every line of the app, so that a race shows."""

    def pause(frame: FrameType, _event: str, _value: object) -> Callable[..., Any] | None:
        if not frame.f_code.co_filename.startswith(LESSON):
            return None
        time.sleep(0)
        return pause

    before = threading.gettrace()
    threading.settrace(pause)
    yield
    threading.settrace(before)
