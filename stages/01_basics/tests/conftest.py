"""What the tests share: a client for the app, with no task in it yet."""

import sys
from collections.abc import Iterator
from importlib import import_module

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


def fresh_app(module: str) -> FastAPI:
    """Import `module` anew, so that no test sees the tasks of another, and return its app."""
    sys.modules.pop(module, None)
    app = import_module(module).app
    assert isinstance(app, FastAPI), f"`app` in {module}.py is not a FastAPI app."
    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Speak to the app in main.py over HTTP, without a network."""
    with TestClient(fresh_app("main"), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def hello_client() -> Iterator[TestClient]:
    """Speak to the app in hello.py over HTTP, without a network."""
    with TestClient(fresh_app("hello"), base_url="http://localhost") as client:
        yield client
