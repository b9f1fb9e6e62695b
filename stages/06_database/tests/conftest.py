"""What the tests share: a database each, a client that is signed in, tokens made by hand."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

import databases
import pytest
from databases import Database
from fastapi import FastAPI
from fastapi.testclient import TestClient
from passlib.hash import argon2

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
    parser.addoption(
        "--database", choices=["sqlite", "postgresql", "all"], default="all", help=text
    )


def pytest_configure(config: pytest.Config) -> None:
    """Take the fixtures of `databases.py` too."""
    config.pluginmanager.register(databases)


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
def restless_threads() -> None:
    """Do nothing: no operation runs in a thread any more, and the database keeps order."""
