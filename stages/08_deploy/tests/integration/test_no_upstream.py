"""What stage 04 has shown is gone: a task is a task again, and the API is about tasks alone."""

import pytest
from fastapi.testclient import TestClient


def test_a_task_shows_its_own_fields_and_no_others(client: TestClient) -> None:
    path = f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"

    assert set(client.get(path).json()) == {"id", "title", "description", "due_date", "completed"}


@pytest.mark.parametrize(
    ("path", "status"), [("/sync-endpoint", 404), ("/tasks/fetch-multiple", 422)]
)
def test_the_demonstrations_are_gone(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status
