"""The tasks are in the database: they survive the app, and their IDs are never given again."""

import pytest
from clients import client_of, new_app
from databases import Database
from fastapi.testclient import TestClient


def started_again(client: TestClient) -> TestClient:
    """Return a client of a second start of the app, signed in as the first."""
    second = client_of(new_app())
    second.headers = client.headers
    return second


def test_tasks_last_from_one_request_to_the_next(client: TestClient) -> None:
    path = f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"

    client.patch(path, json={"completed": True})

    assert client.get(path).json()["completed"] is True


def test_tasks_are_there_after_a_new_start(client: TestClient) -> None:
    task = {"title": "Buy milk", "description": "Zwei für Ada 🥛", "due_date": "2027-01-31"}
    created = client.post("/tasks", json=task).json()

    with started_again(client) as second:
        assert second.get("/tasks").json() == [created]

    assert created == {"id": 1, "completed": False} | task


def test_a_task_is_a_row_with_its_owner(client: TestClient, database: Database) -> None:
    client.post("/tasks", json={"title": "Buy milk"})

    rows = database.run(
        "SELECT title, completed, username FROM tasks JOIN users ON users.id = tasks.owner_id"
    )
    assert rows == [("Buy milk", False, "testuser")]


def test_a_task_that_is_changed_keeps_its_place_in_the_list(client: TestClient) -> None:
    for title in ("Zebra", "Apple", "Mango"):
        client.post("/tasks", json={"title": title})
    client.patch("/tasks/1", json={"description": "Striped", "completed": True})

    assert [task["title"] for task in client.get("/tasks").json()] == ["Zebra", "Apple", "Mango"]


def test_an_id_is_not_given_again_after_a_new_start(client: TestClient) -> None:
    for _ in range(3):
        last = client.post("/tasks", json={"title": "Buy milk"}).json()["id"]
    client.delete(f"/tasks/{last}")

    with started_again(client) as second:
        assert second.post("/tasks", json={"title": "Buy tea"}).json()["id"] > last


@pytest.mark.parametrize("task_id", [2**31, 2**63 - 1])
def test_ids_have_64_bits_in_the_database_too(
    client: TestClient, database: Database, task_id: int
) -> None:
    client.post("/tasks", json={"title": "Buy milk"})
    database.run("UPDATE tasks SET id = :task_id", task_id=task_id)

    path = f"/tasks/{task_id}"
    assert client.get(path).json()["id"] == task_id
    assert client.patch(path, json={"completed": True}).status_code == 200
    assert client.get("/tasks", params={"skip": 2**63 - 1}).json() == []
    assert client.delete(path).status_code == 204
