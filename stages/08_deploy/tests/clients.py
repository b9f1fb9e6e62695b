"""Clients that know the prefix: tests that are older than it go on as they are."""

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

BELOW_IT = re.compile("/(token|register|users|tasks)(/.*)?")


@cache
def prefix() -> str:
    """Return where the app has its login, which has none at the first step."""
    from app.main import app

    return str(app.url_path_for("login")).removesuffix("/token")


def add_prefix(request: httpx2.Request) -> None:
    """Send a request for what is below the prefix there."""
    if BELOW_IT.fullmatch(request.url.path):
        request.url = request.url.copy_with(raw_path=prefix().encode() + request.url.raw_path)


async def add_prefix_async(request: httpx2.Request) -> None:
    """Do the same for a client that is `async`."""
    add_prefix(request)


def client_of(app: Any, **options: Any) -> TestClient:  # noqa: ANN401  # any ASGI app, any option
    """Return a client of the app in this process, which adds the prefix."""
    client = TestClient(app, **{"base_url": "http://localhost"} | options)
    client.event_hooks["request"].append(add_prefix)
    return client


def new_app() -> FastAPI:
    """Return a new app, with the settings of the environment."""
    from app.main import create_app

    return create_app()


def forget_logs() -> None:
    """Take away the handler of an app that was made before, whose stream may be closed by now."""
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if each.get_name() != "app"]


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """Let no test write to the log of another."""
    forget_logs()
    yield
    forget_logs()
