"""What the tests share: a client of the app, and the app as an origin that is really asked."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

import main
from origin import Origin, serving

CACHED = ("/static-config", "/user/7/avatar", "/feed")
ALICE = {"Authorization": "Bearer alice-token"}
BOB = {"Authorization": "Bearer bob-token"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Speak to the app over HTTP, without a network and without a cache."""
    with TestClient(main.app) as client:
        yield client


@pytest.fixture
def origin() -> Iterator[Origin]:
    """Serve the app on a free port."""
    with serving(main.app) as origin:
        yield origin
