"""What the tests share: a client whose clock jumps, and one with the clock of the wall."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from clock import JumpingLoop
from main import app
from sources import Sources, get_sources

Use = Callable[[Sources], None]


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Speak to the app; where it sleeps, its clock jumps ahead."""
    jumping = {"loop_factory": JumpingLoop}
    with TestClient(
        app, "http://localhost", backend_options=jumping, raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture
def patient_client() -> Iterator[TestClient]:
    """Speak to the app, and wait as long as it takes."""
    with TestClient(app, "http://localhost") as client:
        yield client


@pytest.fixture
def use() -> Iterator[Use]:
    """Put other sources in place of the app's own, for one test."""

    def put(sources: Sources) -> None:
        app.dependency_overrides[get_sources] = lambda: sources

    yield put
    app.dependency_overrides.clear()
