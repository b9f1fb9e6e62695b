"""The rule that a completed task is locked until it is reopened."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.portable

UPDATES = ["PUT", "PATCH"]

OLD = {"title": "Buy milk", "description": "Two", "due_date": None, "completed": True}


def completed_task(client: TestClient) -> str:
    """Create a task and complete it; return its path."""
    created = client.post("/tasks", json={"title": "Buy milk", "description": "Two"})
    path = f"/tasks/{created.json()['id']}"
    assert client.patch(path, json={"completed": True}).status_code == 200
    return path


def seen(client: TestClient, path: str) -> dict[str, Any]:
    """Return the task at `path`, without its ID."""
    task = client.get(path).json()
    return {name: task[name] for name in OLD}


@pytest.mark.parametrize("method", UPDATES)
@pytest.mark.parametrize(
    "change",
    [
        {"title": "Buy tea"},
        {"description": None},
        {"due_date": "2027-01-31"},
        {"completed": True, "title": "Buy tea"},
    ],
)
def test_a_completed_task_is_locked(
    client: TestClient, method: str, change: dict[str, object]
) -> None:
    path = completed_task(client)

    answer = client.request(method, path, json=change)

    assert answer.status_code == 409
    assert answer.json()["error_type"] == "BusinessRuleViolation"
    assert "locked" in answer.json()["message"]
    assert seen(client, path) == OLD


@pytest.mark.parametrize("method", UPDATES)
@pytest.mark.parametrize(
    "change", [{}, {"completed": True}, {"title": "Buy milk"}, {"title": " Buy milk "}]
)
def test_an_update_that_changes_nothing_is_fine_on_a_locked_task(
    client: TestClient, method: str, change: dict[str, object]
) -> None:
    path = completed_task(client)

    assert client.request(method, path, json=change).status_code == 200
    assert seen(client, path) == OLD


@pytest.mark.parametrize("method", UPDATES)
@pytest.mark.parametrize("change", [{}, {"title": "Buy tea", "due_date": "2027-01-31"}])
def test_reopening_may_change_other_fields_too(
    client: TestClient, method: str, change: dict[str, object]
) -> None:
    path = completed_task(client)

    answer = client.request(method, path, json={"completed": False} | change)

    assert answer.status_code == 200
    assert seen(client, path) == OLD | {"completed": False} | change


def test_broken_input_is_told_before_a_broken_rule(client: TestClient) -> None:
    answer = client.patch(completed_task(client), json={"title": "ab"})

    assert answer.status_code == 422
