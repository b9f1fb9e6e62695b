"""The small app that stands in for a service of somebody else."""

from importlib import import_module

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


@pytest.fixture
def upstream() -> TestClient:
    """Speak to the app in upstream.py over HTTP, without a network."""
    app = import_module("upstream").app
    assert isinstance(app, FastAPI), "`app` in upstream.py is not a FastAPI app."
    return TestClient(app)


def test_the_upstream_echoes_the_query(upstream: TestClient) -> None:
    answer = upstream.get("/get", params={"task_id": "7", "q": "red shoes"})

    assert answer.status_code == 200
    assert answer.json()["args"] == {"task_id": "7", "q": "red shoes"}


def test_the_upstream_waits_as_long_as_it_is_told(upstream: TestClient) -> None:
    answer = upstream.get("/delay/0.01")

    assert answer.status_code == 200
    assert answer.json() == {"seconds": 0.01}


def test_the_upstream_waits_no_longer_than_its_limit(
    upstream: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("upstream.LONGEST", 0.02)

    assert upstream.get("/delay/1000000").json() == {"seconds": 0.02}


@pytest.mark.parametrize("wrong", ["soon", "-1", "nan", "inf"])
def test_the_upstream_refuses_what_is_no_duration(upstream: TestClient, wrong: str) -> None:
    assert upstream.get(f"/delay/{wrong}").status_code == 422
