"""What the tests share: the app with an inventory that they choose, over HTTP."""

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.types import ASGIApp

# The app reads them when it is imported. Whoever runs the tests may have set them for an app.
for variable in ("INVENTORY_URL", "INVENTORY_TIMEOUT"):
    os.environ.pop(variable, None)

Connect = Callable[[FastAPI], TestClient]


def envelope_of(answer: Response) -> dict[str, Any]:
    """Return the body of an error, which has the shape of all of them."""
    status, kind = answer.status_code, answer.headers.get("content-type", "")
    wanted = "every error should be JSON with error_code, message and details"
    assert kind.startswith("application/json"), f"the {status} came as {kind}: {wanted}"
    body: dict[str, Any] = answer.json()
    keys = ", ".join(sorted(body))
    assert sorted(body) == ["details", "error_code", "message"], (
        f"the {status} has {keys}: {wanted}"
    )
    return body


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve `app` on a free port of this machine, in a thread; yield its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan="off", ws="none", log_config=None, timeout_graceful_shutdown=1)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def inventory_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve the inventory that a test is given; without one, nobody listens at the address."""
    inventory: ASGIApp | None = getattr(request, "param", None)
    if inventory is not None:
        with serving(inventory) as url:
            yield url
        return
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def app(inventory_url: str, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """Make the app anew, so that a test may add operations to it."""
    monkeypatch.setenv("INVENTORY_URL", inventory_url)
    monkeypatch.delitem(sys.modules, "main", raising=False)
    made = import_module("main").app
    assert isinstance(made, FastAPI), "`app` in main.py is not a FastAPI app."
    return made


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Start an app and speak to it over HTTP, without a network; an exception is a 500 to us."""
    with ExitStack() as stack:

        def start(app: FastAPI) -> TestClient:
            client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
            return stack.enter_context(client)

        yield start


@pytest.fixture
def client(app: FastAPI, connect: Connect) -> TestClient:
    """Speak to the app over HTTP, without a network."""
    return connect(app)
