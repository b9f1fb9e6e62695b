"""What the tests share: a client for the app, with no task in it yet, and upstreams for it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

LESSON = str(Path(__file__).resolve().parent.parent)


def load(module: str) -> FastAPI:
    """Return the app in `module`."""
    app = import_module(module).app
    assert isinstance(app, FastAPI), f"`app` in {module} is not a FastAPI app."
    return app


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve `app` on a free port of this machine, in a thread; yield its address."""
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_config=None, timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def upstream_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve the upstream that a test is given; without one, nobody listens at the address."""
    upstream: ASGIApp | None = getattr(request, "param", None)
    if upstream is not None:
        with serving(upstream) as url:
            yield url
        return
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app wait half a second for the upstream."""
    monkeypatch.setenv("UPSTREAM_TIMEOUT", "0.5")


@pytest.fixture
def client(upstream_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Speak to the app over HTTP, without a network; `with` starts it anew, with no task in it."""
    monkeypatch.setenv("UPSTREAM_URL", upstream_url)
    with TestClient(load("app.main"), base_url="http://localhost") as client:
        yield client


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
