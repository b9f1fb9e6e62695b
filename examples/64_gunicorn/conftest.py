"""What several tests need."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import price_server
from gunicorns import Gunicorn, gunicorn
from price_server import Upstream

SETTINGS = (
    "HOST", "PORT", "WEB_CONCURRENCY", "WORKER_TIMEOUT", "GRACEFUL_TIMEOUT", "UPSTREAM_URL",
    "ENVIRONMENT",
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment say nothing, whatever it says to who runs the tests."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Run the service that the app asks."""
    with price_server.upstream() as server:
        yield server


@pytest.fixture
def running(tmp_path: Path, upstream: Upstream) -> Iterator[Gunicorn]:
    """Run gunicorn with two workers, and wait until both are ready."""
    with gunicorn(tmp_path, UPSTREAM_URL=upstream.url) as server:
        server.wait_for_workers(2)
        yield server


@pytest.fixture
def client(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Talk to the app in this process."""
    monkeypatch.setenv("UPSTREAM_URL", upstream.url)
    sys.modules.pop("main", None)
    with TestClient(import_module("main").app, base_url="http://localhost") as made:
        yield made
