"""Deleting a task."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.portable


def new_id(client: TestClient) -> int:
    """Create a task and return its ID."""
    answer = client.post("/tasks", json={"title": "Buy milk"})
    return int(answer.json()["id"])


def test_a_deleted_task_is_gone(client: TestClient) -> None:
    kept, deleted = new_id(client), new_id(client)

    answer = client.delete(f"/tasks/{deleted}")

    assert answer.status_code == 204
    assert answer.content == b""
    assert client.get(f"/tasks/{deleted}").status_code == 404
    assert [task["id"] for task in client.get("/tasks").json()] == [kept]


def test_a_task_can_be_deleted_once(client: TestClient) -> None:
    task_id = new_id(client)
    client.delete(f"/tasks/{task_id}")

    answer = client.delete(f"/tasks/{task_id}")

    assert answer.status_code == 404
    assert answer.json() == {"detail": f"Task with ID {task_id} not found"}


def test_an_id_is_never_used_again(client: TestClient) -> None:
    first, last = new_id(client), new_id(client)
    for task_id in (last, first):
        assert client.delete(f"/tasks/{task_id}").status_code == 204

    assert new_id(client) not in (first, last)


def test_a_completed_task_can_be_deleted(client: TestClient) -> None:
    path = f"/tasks/{new_id(client)}"
    client.patch(path, json={"completed": True})

    assert client.delete(path).status_code == 204


@pytest.mark.usefixtures("restless_threads")
def test_of_many_deletes_at_once_one_succeeds(client: TestClient) -> None:
    path = f"/tasks/{new_id(client)}"

    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(client.delete, [path] * 8))

    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 7
