"""What the tests share: a clock that they set, and clients of the app, at any address."""

import os
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

os.environ.pop("TRUSTED_PROXIES", None)  # your own: `main` reads it when it is imported

import main

HOME = "192.0.2.1"


class Clock:
    """A clock that stands still until a test sets it."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the app; it starts at 0."""
    return Clock()


@pytest.fixture
def app(clock: Clock) -> FastAPI:
    """Return an app that has seen no client, and that trusts no proxy."""
    return main.create_app(clock)


@pytest.fixture
def at(app: FastAPI) -> Callable[[str], TestClient]:
    """Return a function that returns a client with the address it is given."""
    return lambda address: TestClient(app, client=(address, 50_000))


@pytest.fixture
def client(at: Callable[[str], TestClient]) -> Iterator[TestClient]:
    """Return a client."""
    with at(HOME) as client:  # one event loop for all of its requests: faster
        yield client


def passes(client: TestClient, tries: int) -> int:
    """Send `tries` requests, and return how many of them got through."""
    codes = [client.get("/api/expensive").status_code for _ in range(tries)]
    assert set(codes) <= {200, 429}, codes
    return codes.count(200)
