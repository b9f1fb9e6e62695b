"""The store lives as long as the app, and each request borrows it."""

from importlib import import_module

import pytest
from fastapi.testclient import TestClient

OPENED, CLOSED = "Store opened for a {}", "Store closed"


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what `app.dependencies` has logged."""
    return [each.getMessage() for each in caplog.records if each.name == "app.dependencies"]


def test_tasks_last_from_one_request_to_the_next(client: TestClient) -> None:
    path = f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"

    client.patch(path, json={"completed": True})

    assert client.get(path).json()["completed"] is True


def test_an_app_that_starts_again_has_a_new_store(client: TestClient) -> None:
    client.post("/tasks", json={"title": "Buy milk"})

    with TestClient(import_module("app.main").app, base_url="http://localhost") as second:
        second.headers = client.headers
        assert second.get("/tasks").json() == []
        assert second.post("/tasks", json={"title": "Call Grandma"}).json()["id"] == 1

    assert [task["title"] for task in client.get("/tasks").json()] == ["Buy milk"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/tasks", None),
        ("GET", "/tasks/1", None),
        ("POST", "/tasks", {"title": "Buy milk"}),
        ("PUT", "/tasks/1", {"title": "Buy tea"}),
        ("PATCH", "/tasks/1", {"title": "Buy tea"}),
        ("DELETE", "/tasks/1", None),
    ],
)
def test_a_request_opens_the_store_once_and_closes_it(
    client: TestClient,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    body: dict[str, str] | None,
) -> None:
    client.post("/tasks", json={"title": "Buy milk"})
    caplog.clear()

    answer = client.request(method, path, json=body)

    assert answer.is_success
    assert messages(caplog) == [OPENED.format(method), CLOSED]


def test_the_store_is_closed_after_an_error_too(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/tasks/999")

    assert answer.status_code == 404
    assert messages(caplog) == [OPENED.format("GET"), CLOSED]


def test_a_request_that_needs_no_store_opens_none(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/")

    assert messages(caplog) == []
