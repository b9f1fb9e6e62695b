"""Expand: the app of before runs on the new tables, and this one on those of before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from clients import client_of, new_app
from databases import Database
from fastapi.testclient import TestClient
from tokens import NEVER, MakeToken

from conftest import TESTUSER

V2 = "/api/v2/tasks"


@pytest.fixture
def before(empty_database: Database, make_token: MakeToken) -> Iterator[TestClient]:
    """Run this app's version 1 on the tables of 07."""
    empty_database.migrate("0002")
    empty_database.fill()
    token = make_token({"sub": TESTUSER, "exp": NEVER})
    with client_of(new_app(), headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def columns(database: Database) -> set[str]:
    """Return the names of the columns of the tasks."""
    return {each["name"] for each in sa.inspect(database.engine).get_columns("tasks")}


def test_version_1_runs_on_the_tables_of_before(
    before: TestClient, empty_database: Database
) -> None:
    assert "completed_at" not in columns(empty_database)
    created = before.post("/tasks", json={"title": "Buy milk"}).json()
    path = f"/tasks/{created['id']}"

    assert before.get("/tasks").json() == [created]
    assert before.patch(path, json={"completed": True}).json() == created | {"completed": True}
    assert before.put(path, json={"completed": False, "title": "Buy tea"}).status_code == 200
    assert before.get(path).json()["title"] == "Buy tea"
    assert before.get("/tasks?overdue=false").status_code == 200
    assert before.post(f"{path}/share", json={"email": "eve@example.com"}).status_code == 202
    assert before.delete(path).status_code == 204


def test_version_2_works_from_the_migration_on_without_a_new_start(
    before: TestClient, empty_database: Database
) -> None:
    created = before.post("/tasks", json={"title": "Buy milk"}).json()

    empty_database.migrate()

    assert before.get(V2).json()["items"] == [created | {"completed_at": None}]


def completed_at(client: TestClient) -> datetime | None:
    """Return when the one task was completed, as version 2 tells it."""
    [task] = client.get(V2).json()["items"]
    return datetime.fromisoformat(task["completed_at"]) if task["completed_at"] else None


def test_the_moment_is_noted_kept_and_forgotten(client: TestClient) -> None:
    path = f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"

    client.patch(path, json={"completed": True})
    noted = completed_at(client)
    client.patch(path, json={"completed": True})
    kept = completed_at(client)
    client.patch(path, json={"completed": False})

    assert noted is not None
    assert abs(noted - datetime.now(UTC)) < timedelta(minutes=5)
    assert noted == kept
    assert completed_at(client) is None


# What 07 sends to the database, as SQLAlchemy logs it there.
INSERT = "INSERT INTO tasks (title, description, due_date, completed, owner_id) SELECT"
SELECT = "SELECT id, title, description, due_date, completed, owner_id FROM tasks WHERE id = 1"


def test_the_app_of_before_runs_on_the_tables_of_today(
    client: TestClient, database: Database
) -> None:
    database.run(
        f"{INSERT} 'Buy milk', NULL, NULL, false, id FROM users WHERE username = 'testuser'"
    )
    assert completed_at(client) is None

    database.run("UPDATE tasks SET completed = true WHERE id = 1")
    assert database.run(SELECT)[0][1] == "Buy milk"
    assert completed_at(client) is not None

    database.run("UPDATE tasks SET completed = false, title = 'Buy tea' WHERE id = 1")
    assert completed_at(client) is None


def test_an_update_of_something_else_notes_nothing(client: TestClient, database: Database) -> None:
    client.post("/tasks", json={"title": "Buy milk"})

    client.patch("/tasks/1", json={"title": "Buy tea"})

    assert database.run("SELECT completed_at FROM tasks") == [(None,)]


def test_tasks_are_kept_both_ways(empty_database: Database) -> None:
    empty_database.migrate("0002")
    empty_database.fill()
    empty_database.run(
        f"{INSERT} 'Buy milk', NULL, NULL, true, id FROM users WHERE username = 'testuser'"
    )
    rows = empty_database.run(SELECT)

    empty_database.migrate()
    assert empty_database.run(SELECT) == rows
    assert empty_database.run("SELECT completed_at FROM tasks") == [(None,)]
    empty_database.migrate("0002", back=True)

    assert "completed_at" not in columns(empty_database)
    assert empty_database.run(SELECT) == rows
    empty_database.run("UPDATE tasks SET completed = false")


def test_version_1_names_no_column_that_is_new(client: TestClient) -> None:
    """An insert that named it would fail before the migration, and so would a returned value."""
    statements: list[str] = []
    listen = (sa.Engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    sa.event.listen(*listen)
    try:
        path = f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"
        client.patch(path, json={"completed": True})
        client.get("/tasks")
        client.delete(path)
    finally:
        sa.event.remove(*listen)

    assert any(each.startswith("INSERT INTO tasks") for each in statements)
    assert not any("completed_at" in each for each in statements)
