"""What the tests share: a database each, a client that is signed in, tokens made by hand."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import clients
import databases
import made_to_order
import proxies
import pytest
import tokens
from clients import client_of, new_app
from databases import Database
from fastapi import FastAPI
from fastapi.testclient import TestClient
from passlib.hash import argon2
from tokens import KEY, NEVER, MakeToken

TESTS = Path(__file__).resolve().parent
OTHER_SETTINGS = (
    "ENVIRONMENT",
    "ACCESS_TOKEN_EXPIRE_MINUTES",
    "FIRST_SUPERUSER",
    "FIRST_SUPERUSER_PASSWORD",
    "SMTP_URL",
    "EMAIL_FROM",
    "API_PREFIX",
    "ALLOWED_HOSTS",
    "CORS_ORIGINS",
    *map("{}_FILE".format, ("SECRET_KEY", "DATABASE_URL", "SMTP_URL", "FIRST_SUPERUSER_PASSWORD")),
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "PROMETHEUS_MULTIPROC_DIR",
)
TESTUSER = "7e57ed00-0000-4000-a000-000000000001"
KINDS = ("unit", "integration", "acceptance", "deploy", "meta")

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
    """Take the fixtures of five more files, too; ask for coverage only when all tests run."""
    for module in (clients, databases, made_to_order, proxies, tokens):
        config.pluginmanager.register(module)
    coverage = config.pluginmanager.getplugin("_cov")
    if coverage and is_partial(config):
        # A few tests cannot cover the app: it is measured, but neither shown nor asked for.
        coverage.options.cov_report, coverage.options.cov_fail_under = {}, None


def is_partial(config: pytest.Config) -> bool:
    """Tell whether only some of the tests were asked for."""
    named = config.args_source is config.ArgsSource.ARGS
    options = ("-k", "-m", "--lf", "--deselect", "--ignore")
    return named or any(config.getoption(name, None) for name in options)


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
    if not any(map(request.node.get_closest_marker, ("unit", "deploy"))):
        request.getfixturevalue("database")


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Argon2 take next to no memory: only the tests of its cost need that."""
    monkeypatch.setattr(argon2, "memory_cost", 8)
    monkeypatch.setattr(argon2, "parallelism", 1)


@pytest.fixture
def anonymous(database: Database) -> Iterator[TestClient]:  # noqa: ARG001  # it has to be there
    """Speak to the app without a token; `with` starts it anew."""
    with client_of(new_app()) as client:
        yield client


@pytest.fixture
def sign_in(anonymous: TestClient) -> SignIn:
    """Give the headers to send after a login as the user with that name."""

    def headers(username: str) -> dict[str, str]:
        form = {"username": username, "password": "password123"}
        answer = anonymous.post("/token", data=form)
        if answer.status_code == 404:  # The first steps have no login yet.
            return {}
        if not answer.is_success:
            said = f"{answer.status_code} {answer.text}"
            pytest.fail(f"The login of {username} failed: {said}", pytrace=False)
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
def hello_client() -> Iterator[TestClient]:
    """Speak to the app in hello.py over HTTP, without a network."""
    with TestClient(load("hello"), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def restless_threads() -> None:
    """Do nothing: no operation runs in a thread any more, and the database keeps order."""
