"""What the tests share: starts of the app with settings of their own."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import Any

import pytest
from fastapi.testclient import TestClient

NAMES = ("ENVIRONMENT", "DEBUG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL")
OURS = {*NAMES, *map("{}_FILE".format, NAMES), "ENV_FILE"}
GOOD_KEY = "7Qv0rT9zLm3XkP5wYb8NcD2fGh6JsA4u"  # 32 characters
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": GOOD_KEY,
    "DATABASE_URL": "postgresql://shop:hunter2@db.example.org/shop",
}

Start = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set none of the settings, whatever this machine has set, in capitals or not."""
    for name in list(os.environ):
        if name.upper() in OURS:
            monkeypatch.delenv(name)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start the app anew with the variables that a test gives, and speak to it over HTTP."""
    with ExitStack() as stack:

        def start_with(**variables: Any) -> TestClient:  # noqa: ANN401 - a Path is all right, too
            for name, value in variables.items():
                monkeypatch.setenv(name, str(value))
            monkeypatch.delitem(sys.modules, "main", raising=False)
            app = import_module("main").app
            return stack.enter_context(TestClient(app, base_url="http://localhost"))

        yield start_with


@pytest.fixture
def refusal(start: Start, caplog: pytest.LogCaptureFixture) -> Callable[..., str | None]:
    """Start the app likewise; return all that was said when it does not start, else None."""

    def refuse(**variables: Any) -> str | None:  # noqa: ANN401 - likewise
        try:
            start(**variables)
        except (Exception, SystemExit) as stopped:
            return f"{stopped}\n{caplog.text}"
        return None

    return refuse
