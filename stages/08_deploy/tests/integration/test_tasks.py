"""Creating and reading tasks: the part of the contract that every later stage keeps."""

import pytest
from fastapi.testclient import TestClient


def create(client: TestClient, title: str) -> int:
    """Create a task and return its ID."""
    answer = client.post("/tasks", json={"title": title})
    assert answer.status_code == 201, answer.text
    task_id = answer.json()["id"]
    assert isinstance(task_id, int)
    return task_id


@pytest.mark.portable
def test_a_new_task_is_open_and_has_an_id(client: TestClient) -> None:
    answer = client.post("/tasks", json={"title": "Buy milk", "description": "Two bottles"})

    assert answer.status_code == 201
    task = answer.json()
    assert isinstance(task["id"], int)
    assert task["title"] == "Buy milk"
    assert task["description"] == "Two bottles"
    assert task["completed"] is False


@pytest.mark.portable
def test_a_description_is_optional(client: TestClient) -> None:
    answer = client.post("/tasks", json={"title": "Buy milk"})

    assert answer.status_code == 201
    assert answer.json()["description"] is None


@pytest.mark.portable
def test_text_in_any_script_comes_back_as_sent(client: TestClient) -> None:
    text = {"title": "買い物 🛒 déjà vu", "description": "Zwei Liter\nÜbermorgen"}

    task_id = client.post("/tasks", json=text).json()["id"]

    task = client.get(f"/tasks/{task_id}").json()
    assert {name: task[name] for name in text} == text


@pytest.mark.portable
def test_a_task_without_a_title_is_refused(client: TestClient) -> None:
    answer = client.post("/tasks", json={"description": "Two bottles"})

    assert answer.status_code == 422
    (error,) = answer.json()["detail"]
    assert error["type"] == "missing"
    assert error["loc"] == ["body", "title"]


@pytest.mark.portable
@pytest.mark.parametrize("wrong", [5, True, None, ["Buy milk"], {"text": "Buy milk"}])
def test_a_title_that_is_no_text_is_refused(client: TestClient, wrong: object) -> None:
    answer = client.post("/tasks", json={"title": wrong})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "title"]


@pytest.mark.portable
def test_the_client_cannot_choose_the_id(client: TestClient) -> None:
    client.post("/tasks", json={"title": "Buy milk", "id": 77})

    assert client.get("/tasks/77").status_code == 404


@pytest.mark.portable
def test_a_task_can_be_read_by_its_id(client: TestClient) -> None:
    create(client, "Buy milk")
    second = create(client, "Call Grandma")

    answer = client.get(f"/tasks/{second}")

    assert answer.status_code == 200
    assert answer.json()["id"] == second
    assert answer.json()["title"] == "Call Grandma"


@pytest.mark.portable
@pytest.mark.parametrize("unknown", [999, 0, -1])
def test_an_unknown_id_is_not_found(client: TestClient, unknown: int) -> None:
    answer = client.get(f"/tasks/{unknown}")

    assert answer.status_code == 404
    assert answer.json() == {"detail": f"Task with ID {unknown} not found"}


@pytest.mark.portable
def test_an_id_that_is_no_integer_is_refused(client: TestClient) -> None:
    answer = client.get("/tasks/first")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["path", "task_id"]


@pytest.mark.portable
def test_a_slash_at_the_end_is_redirected(client: TestClient) -> None:
    answer = client.post("/tasks/", json={"title": "Buy milk"}, follow_redirects=False)

    assert answer.status_code == 307
    assert answer.headers["location"].endswith("/tasks")
