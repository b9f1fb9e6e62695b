"""Version 2 of the list: pages that do not shift, whatever happens between two of them."""

from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from databases import Database
from fastapi.testclient import TestClient

from app.schemas.pages import make_cursor
from conftest import TESTUSER

V2 = "/api/v2/tasks"
OTHERUSER = TESTUSER[:-1] + "2"

tasks = sa.table(
    "tasks", sa.column("title"), sa.column("completed"), sa.column("owner_id", sa.Uuid)
)


def insert(database: Database, number: int, owner: str = TESTUSER) -> None:
    """Put tasks into the database, all in one go."""
    row = {"title": "Buy milk", "completed": False, "owner_id": UUID(owner)}
    with database.engine.begin() as connection:
        connection.execute(tasks.insert(), [row] * number)


def page(client: TestClient, cursor: str | None = None, limit: int = 10) -> Any:  # noqa: ANN401  # JSON
    """Return one page."""
    params = {"limit": limit} | ({} if cursor is None else {"cursor": cursor})
    answer = client.get(V2, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_there_is_a_last_page_and_it_says_so(client: TestClient, database: Database) -> None:
    assert page(client) == {"items": [], "next": None}
    insert(database, 20)

    first = page(client)
    second = page(client, first["next"])

    assert [task["id"] for task in first["items"] + second["items"]] == list(range(1, 21))
    assert second["next"] is None


def test_an_empty_cursor_is_the_first_page(client: TestClient, database: Database) -> None:
    insert(database, 2)

    assert page(client, "") == page(client)


def test_a_page_has_only_tasks_of_the_user(client: TestClient, database: Database) -> None:
    insert(database, 3, OTHERUSER)
    insert(database, 1)

    assert [task["id"] for task in page(client)["items"]] == [4]


def test_a_task_is_as_in_version_1_and_has_the_moment_of_its_completion(
    client: TestClient,
) -> None:
    new = {"title": "Buy milk", "description": "Two bottles", "due_date": "2027-01-31"}
    created = client.post("/tasks", json=new).json()

    assert page(client)["items"] == [created | {"completed_at": None}]


BROKEN = [
    "1",
    "x",
    "AQAAAAAAAAA",
    "AQAAAAAAAAAKA",
    "AgAAAAAAAAAK",
    "AYAAAAAAAAAA",
    "AQAAAAAAAAA=",
    "AQAAAAAAAA+/",
    "AQAAAAAAAAAK\n",
    "\x00",
    "é" * 12,
    urlsafe_b64encode(b"\x01" + b"\xff" * 8).decode(),
    make_cursor(1).lower(),
]


@pytest.mark.parametrize("cursor", BROKEN)
def test_a_broken_cursor_is_bad_input_like_any_other(client: TestClient, cursor: str) -> None:
    answer = client.get(V2, params={"cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["message"] == "Input validation failed"
    [problem] = answer.json()["detail"]
    assert problem["loc"] == ["query", "cursor"]
    assert problem.keys() == {"type", "loc", "msg"}


@pytest.mark.parametrize("last", [0, 1, 2**63 - 1])
def test_any_cursor_that_can_be_read_is_a_place_in_the_list(
    client: TestClient, database: Database, last: int
) -> None:
    insert(database, 2)

    found = [task["id"] for task in page(client, make_cursor(last))["items"]]

    assert found == [number for number in (1, 2) if number > last]


@pytest.mark.parametrize("limit", [0, 101, -1, "x"])
def test_a_page_has_1_to_100_tasks(client: TestClient, limit: int | str) -> None:
    assert client.get(V2, params={"limit": limit}).status_code == 422


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}])
def test_nobody_pages_without_a_token(anonymous: TestClient, headers: dict[str, str]) -> None:
    assert anonymous.get(V2, headers=headers).status_code == 401
