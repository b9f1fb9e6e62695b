"""A user sees and changes only tasks of their own; another's is not there."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

SignIn = Callable[[str], dict[str, str]]


@pytest.fixture
def other(sign_in: SignIn) -> dict[str, str]:
    """Give the headers of the other user."""
    return sign_in("otheruser")


def create(client: TestClient, title: str, headers: dict[str, str] | None = None) -> int:
    """Create a task and return its ID."""
    answer = client.post("/tasks", json={"title": title}, headers=headers)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_the_task_of_another_user_is_not_found(
    client: TestClient, other: dict[str, str], method: str
) -> None:
    task_id = create(client, "Buy milk")
    path = f"/tasks/{task_id}"

    body = {"completed": True} if method in ("PUT", "PATCH") else None
    answer = client.request(method, path, json=body, headers=other)

    assert answer.status_code == 404
    assert answer.json() == {"detail": f"Task with ID {task_id} not found"}
    assert client.get(path).json()["completed"] is False


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_locked_task_of_another_user_is_not_found(
    client: TestClient, other: dict[str, str], method: str
) -> None:
    path = f"/tasks/{create(client, 'Buy milk')}"
    client.patch(path, json={"completed": True})

    assert client.request(method, path, json={"title": "Buy tea"}, headers=other).status_code == 404


def test_a_list_shows_only_tasks_of_ones_own(client: TestClient, other: dict[str, str]) -> None:
    for title in ("Buy milk", "Call Grandma"):
        create(client, title)
        create(client, f"{title}, too", other)

    mine = client.get("/tasks", params={"skip": 1}).json()
    theirs = client.get("/tasks", params={"limit": 1}, headers=other).json()

    assert [task["title"] for task in mine] == ["Call Grandma"]
    assert [task["title"] for task in theirs] == ["Buy milk, too"]


def test_no_two_users_have_a_task_with_the_same_id(
    client: TestClient, other: dict[str, str]
) -> None:
    ids = [create(client, "Buy milk"), create(client, "Buy milk", other)]
    client.delete(f"/tasks/{ids[0]}")
    ids.append(create(client, "Buy milk", other))

    assert len(set(ids)) == 3


def test_a_task_of_ones_own_can_be_read_changed_and_deleted(
    client: TestClient, other: dict[str, str]
) -> None:
    path = f"/tasks/{create(client, 'Buy milk', other)}"

    assert client.get(path, headers=other).json()["title"] == "Buy milk"
    assert client.patch(path, json={"completed": True}, headers=other).status_code == 200
    assert client.delete(path, headers=other).status_code == 204


@pytest.mark.parametrize("field", ["owner", "owner_id", "user_id"])
def test_nobody_can_give_a_task_to_somebody_else(client: TestClient, field: str) -> None:
    answer = client.post(
        "/tasks", json={"title": "Buy milk", field: "7e57ed00-0000-4000-a000-000000000002"}
    )

    assert answer.status_code == 422
