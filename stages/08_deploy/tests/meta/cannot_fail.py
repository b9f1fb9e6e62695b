"""A test that cannot fail: pytest runs it only by its name, `pytest tests/meta/cannot_fail.py`."""

# ruff: noqa: D103, S101  # The file is not called like the other tests, so that nobody runs it.
from fastapi.testclient import TestClient


def test_the_task_of_another_user_is_not_found(
    authenticated_client: TestClient, other_client: TestClient
) -> None:
    authenticated_client.post("/tasks", json={"title": "Buy milk", "done": False})

    assert other_client.get("/tasks/1").status_code == 404
