"""Changing a task with PUT and PATCH."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.portable

UPDATES = ["PUT", "PATCH"]


def new_task(client: TestClient, **fields: object) -> str:
    """Create a task with these fields; return its path."""
    answer = client.post("/tasks", json={"title": "Buy milk", "description": "Two"} | fields)
    assert answer.status_code == 201, answer.text
    return f"/tasks/{answer.json()['id']}"


def seen(client: TestClient, path: str) -> dict[str, Any]:
    """Return the task at `path`, without its ID."""
    task = client.get(path).json()
    fields = ("title", "description", "due_date", "completed")
    return {name: task[name] for name in fields}


OLD = {"title": "Buy milk", "description": "Two", "due_date": None, "completed": False}


@pytest.mark.parametrize("method", UPDATES)
@pytest.mark.parametrize(
    "change",
    [
        {"title": "Buy tea"},
        {"description": None},
        {"due_date": "2027-01-31"},
        {"completed": True},
        {"title": "Buy tea", "completed": True},
        {},
    ],
)
def test_an_update_changes_what_was_sent_and_nothing_else(
    client: TestClient, method: str, change: dict[str, object]
) -> None:
    path = new_task(client)

    answer = client.request(method, path, json=change)

    assert answer.status_code == 200
    assert answer.json().items() >= (OLD | change).items()
    assert seen(client, path) == OLD | change


@pytest.mark.parametrize("method", UPDATES)
def test_a_due_date_can_be_removed(client: TestClient, method: str) -> None:
    path = new_task(client, due_date="2027-01-31")

    assert client.request(method, path, json={"due_date": None}).json()["due_date"] is None


@pytest.mark.parametrize("method", UPDATES)
def test_a_new_title_is_stripped(client: TestClient, method: str) -> None:
    answer = client.request(method, new_task(client), json={"title": "  Buy tea  "})

    assert answer.json()["title"] == "Buy tea"


@pytest.mark.parametrize("method", UPDATES)
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", None),
        ("title", "ab"),
        ("title", "   "),
        ("title", "x" * 51),
        ("description", "x" * 501),
        ("due_date", 0),
        ("due_date", "2027-02-29"),
        ("completed", None),
        ("completed", "yes"),
        ("completed", 1),
        ("id", 7),
        ("priority", 1),
    ],
)
def test_an_update_keeps_the_rules_of_a_new_task(
    client: TestClient, method: str, field: str, wrong: object
) -> None:
    path = new_task(client)

    answer = client.request(method, path, json={field: wrong})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["body", field]
    assert seen(client, path) == OLD


@pytest.mark.parametrize("method", UPDATES)
def test_an_update_of_an_unknown_task_is_not_found(client: TestClient, method: str) -> None:
    answer = client.request(method, "/tasks/999", json={"title": "Buy tea"})

    assert answer.status_code == 404
    assert answer.json() == {"detail": "Task with ID 999 not found"}


@pytest.mark.usefixtures("restless_threads")
def test_updates_at_once_do_not_undo_each_other(client: TestClient) -> None:
    changes = [{"title": "Buy tea"}, {"description": "Three"}, {"due_date": "2027-01-31"}]
    paths = [new_task(client) for _ in range(5)]

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(
            pool.map(
                lambda job: client.patch(job[0], json=job[1]),
                [(p, c) for p in paths for c in changes],
            )
        )

    expected = OLD | changes[0] | changes[1] | changes[2]
    assert [seen(client, path) for path in paths] == [expected] * len(paths)
