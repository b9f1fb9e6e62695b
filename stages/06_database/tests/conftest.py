"""What the tests share: a client that is signed in, tokens made by hand, and cheap hashes."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from passlib.hash import argon2

LESSON = str(Path(__file__).resolve().parent.parent)
KEY = "The key of the tests: 32 characters and more"
HEADER = {"alg": "HS256", "typ": "JWT"}

MakeToken = Callable[..., str]
SignIn = Callable[[str], dict[str, str]]


def load(module: str) -> FastAPI:
    """Return the app in `module`."""
    app = import_module(module).app
    assert isinstance(app, FastAPI), f"`app` in {module} is not a FastAPI app."
    return app


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the app as on a developer's machine, with a key that the tests know."""
    monkeypatch.setenv("SECRET_KEY", KEY)
    for name in ("ENVIRONMENT", "ACCESS_TOKEN_EXPIRE_MINUTES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Argon2 take next to no memory: only the tests of its cost need that."""
    monkeypatch.setattr(argon2, "memory_cost", 8)
    monkeypatch.setattr(argon2, "parallelism", 1)


@pytest.fixture
def anonymous() -> Iterator[TestClient]:
    """Speak to the app without a token; `with` starts it anew, with no task in it."""
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
