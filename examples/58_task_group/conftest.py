"""What the tests share: a client whose clock jumps, and other services for the app."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from clock import JumpingLoop
from main import app
from services import Services, get_services

Use = Callable[[Services], None]


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Speak to the app; where it sleeps, its clock jumps ahead."""
    jumping = {"loop_factory": JumpingLoop}
    with TestClient(
        app, "http://localhost", backend_options=jumping, raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture
def use() -> Iterator[Use]:
    """Put other services in place of the app's own, for one test."""

    def put(services: Services) -> None:
        app.dependency_overrides[get_services] = lambda: services

    yield put
    app.dependency_overrides.clear()


@pytest.fixture
def anyio_backend() -> str:
    """Run tests that are `async` as uvicorn runs the app."""
    return "asyncio"
