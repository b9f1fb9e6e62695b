"""Listing tasks: the part of the contract that every later stage keeps."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient


def create(client: TestClient, title: str) -> int:
    """Create a task and return its ID."""
    answer = client.post("/tasks", json={"title": title})
    assert answer.status_code == 201, answer.text
    task_id = answer.json()["id"]
    assert isinstance(task_id, int)
    return task_id


def titles(client: TestClient, **query: int) -> list[str]:
    """Return the titles that the list shows for `query`."""
    answer = client.get("/tasks", params=query)
    assert answer.status_code == 200, answer.text
    return [task["title"] for task in answer.json()]


@pytest.mark.portable
def test_at_first_there_are_no_tasks(client: TestClient) -> None:
    assert client.get("/tasks").json() == []


@pytest.mark.portable
def test_tasks_are_listed_in_the_order_of_creation(client: TestClient) -> None:
    for title in ("Zebra", "Apple", "Mango"):
        create(client, title)

    assert titles(client) == ["Zebra", "Apple", "Mango"]


@pytest.mark.portable
def test_skip_and_limit_cut_out_a_part_of_the_list(client: TestClient) -> None:
    for number in range(12):
        create(client, f"Task {number}")

    assert titles(client, skip=3, limit=2) == ["Task 3", "Task 4"]
    assert titles(client, skip=11) == ["Task 11"]
    assert titles(client, skip=12) == []
    assert len(titles(client, limit=100)) == 12


@pytest.mark.portable
def test_a_list_shows_ten_tasks_unless_asked_for_more(client: TestClient) -> None:
    for number in range(12):
        create(client, f"Task {number}")

    assert titles(client) == [f"Task {number}" for number in range(10)]


@pytest.mark.portable
@pytest.mark.parametrize("name", ["skip", "limit"])
def test_a_page_that_is_no_number_is_refused(client: TestClient, name: str) -> None:
    answer = client.get("/tasks", params={name: "many"})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", name]


@pytest.mark.portable
@pytest.mark.usefixtures("restless_threads")
def test_tasks_created_at_once_get_ids_of_their_own(client: TestClient) -> None:
    names = [f"Task {number}" for number in range(50)]

    with ThreadPoolExecutor(max_workers=8) as pool:
        ids = list(pool.map(lambda title: create(client, title), names))

    assert len(set(ids)) == len(names)
    assert sorted(titles(client, limit=100)) == sorted(names)
