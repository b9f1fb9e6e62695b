"""A task shows what the upstream says of it, and shows itself when the upstream says nothing."""

from importlib import import_module

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send


def new_path(client: TestClient) -> str:
    """Create a task and return its path."""
    return f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"


async def caller(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request with the port that it came from."""
    address = Request(scope).client
    assert address is not None
    await JSONResponse(address.port)(scope, receive, send)


async def stage_upstream(scope: Scope, receive: Receive, send: Send) -> None:
    """Be the app in upstream.py, imported when a request comes."""
    await import_module("upstream").app(scope, receive, send)


@pytest.mark.parametrize("upstream_url", [stage_upstream], indirect=True)
def test_a_task_shows_what_the_upstream_answers(client: TestClient) -> None:
    path = new_path(client)

    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.json()["title"] == "Buy milk"
    assert answer.json()["external"] == {"args": {"task_id": path.rpartition("/")[2]}}


@pytest.mark.parametrize("upstream_url", [caller], indirect=True)
def test_requests_share_one_client_and_its_connection(client: TestClient) -> None:
    path = new_path(client)

    ports = {client.get(path).json()["external"] for _ in range(3)}

    assert len(ports) == 1
    assert all(isinstance(port, int) for port in ports)


def test_only_reading_one_task_asks_the_upstream(client: TestClient) -> None:
    path = new_path(client)

    answers = [client.get("/tasks").json()[0], client.patch(path, json={}).json()]

    assert ["external" in answer for answer in answers] == [False, False]
    assert "external" in client.get(path).json()


def test_without_an_upstream_a_task_shows_itself(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get(new_path(client))

    assert answer.status_code == 200
    assert answer.json()["title"] == "Buy milk"
    assert answer.json()["external"] is None
    assert [each.levelname for each in caplog.records if each.levelname != "INFO"] == ["WARNING"]
