"""What the tests share: a database each, clients that are signed in, tokens made by hand."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import databases
import pytest
from builders import a_user, save
from databases import Database
from fastapi import FastAPI
from fastapi.testclient import TestClient
from passlib.hash import argon2
from pydantic import SecretStr
from sqlalchemy import make_url

from app.core.config import Settings
from app.models import User

TESTS = Path(__file__).resolve().parent
KEY = "The key of the tests: 32 characters and more"
HEADER = {"alg": "HS256", "typ": "JWT"}
OTHER_SETTINGS = (
    "ENVIRONMENT",
    "ACCESS_TOKEN_EXPIRE_MINUTES",
    "FIRST_SUPERUSER",
    "FIRST_SUPERUSER_PASSWORD",
    "SMTP_URL",
    "EMAIL_FROM",
)
NEVER = 4_102_444_800  # in the year 2100
TESTUSER = "7e57ed00-0000-4000-a000-000000000001"
KINDS = ("unit", "integration", "acceptance", "meta")

MakeToken = Callable[..., str]
SignIn = Callable[[str], dict[str, str]]


def load(module: str) -> FastAPI:
    """Return the app in `module`."""
    app = import_module(module).app
    assert isinstance(app, FastAPI), f"`app` in {module} is not a FastAPI app."
    return app


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose the databases, and how much input is made up."""
    text = "the databases to run the tests on: sqlite, postgresql, or all (the default)"
    parser.addoption(
        "--database", choices=["sqlite", "postgresql", "all"], default="all", help=text
    )
    text = "how many inputs to make up for each operation, good ones and bad ones (5)"
    parser.addoption("--fuzz-examples", type=int, default=5, help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Take the fixtures of `databases.py` too."""
    config.pluginmanager.register(databases)
    coverage = config.pluginmanager.getplugin("_cov")
    if coverage and is_partial(config):
        # A few tests cannot cover the app; nobody who runs them wants to be told.
        coverage.options.cov_report, coverage.options.cov_fail_under = {}, None


def is_partial(config: pytest.Config) -> bool:
    """Tell whether only some of the tests were asked for."""
    named = config.args_source is config.ArgsSource.ARGS
    return named or any(map(config.getoption, ("-k", "-m", "--lf", "--deselect", "--ignore")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the name of the folder that it is in."""
    for item in items:
        kind = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
        if kind in KINDS:
            item.add_marker(kind)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Start the app as on a developer's machine, with a key that the tests know."""
    monkeypatch.setenv("SECRET_KEY", KEY)
    for name in OTHER_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    if not request.node.get_closest_marker("unit"):
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
def client(anonymous: TestClient, make_token: MakeToken) -> TestClient:
    """Speak to the app as testuser, with a token made by hand: no test here is about the login."""
    token = make_token({"sub": TESTUSER, "exp": NEVER})
    anonymous.headers["Authorization"] = f"Bearer {token}"
    return anonymous


@pytest.fixture
def anyio_backend() -> str:
    """Run tests that are `async` as uvicorn runs the app."""
    return "asyncio"


@pytest.fixture
def settings(database: Database) -> Settings:
    """Give settings that do not come from the environment."""
    return Settings(secret_key=SecretStr(KEY), database_url=make_url(database.url))


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """Make an app of the test's own: what is replaced in it is replaced in no other."""
    made: FastAPI = import_module("app.main").create_app(settings)
    return made


@pytest.fixture
def running(app: FastAPI) -> Iterator[TestClient]:
    """Start the test's own app, and speak to it without a token."""
    with TestClient(app, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def ada(database: Database) -> User:
    """Give a user of the test's own."""
    user = a_user(username="ada")
    save(database, user)
    return user


@pytest.fixture
def bob(database: Database) -> User:
    """Give another user."""
    user = a_user(username="bob")
    save(database, user)
    return user


@pytest.fixture
def authenticated_client(running: TestClient, ada: User, make_token: MakeToken) -> TestClient:
    """Speak to the test's own app as ada."""
    return same_app(running, make_token({"sub": str(ada.id), "exp": NEVER}))


@pytest.fixture
def other_client(running: TestClient, bob: User, make_token: MakeToken) -> TestClient:
    """Speak to the same app as bob."""
    return same_app(running, make_token({"sub": str(bob.id), "exp": NEVER}))


def same_app(running: TestClient, token: str) -> TestClient:
    """Return a second client of an app that has started, with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    client = TestClient(running.app, base_url="http://localhost", headers=headers)
    client.portal = running.portal
    client.app_state.update(running.app_state)
    return client


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
def restless_threads() -> None:
    """Do nothing: no operation runs in a thread any more, and the database keeps order."""
