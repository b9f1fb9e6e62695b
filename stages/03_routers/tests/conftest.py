"""What the tests share: a client for the app, with no task in it yet."""

import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

LESSON = str(Path(__file__).resolve().parent.parent)


def load(module: str) -> FastAPI:
    """Return the app in `module`."""
    app = import_module(module).app
    assert isinstance(app, FastAPI), f"`app` in {module} is not a FastAPI app."
    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Speak to the app over HTTP, without a network; `with` starts it anew, with no task in it."""
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
