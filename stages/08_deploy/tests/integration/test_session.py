"""One session a request: one transaction, committed before the answer is sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from clients import client_of, new_app
from databases import Database
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from starlette.types import Message, Receive, Scope, Send

TASK = {"title": "Buy milk"}


@pytest.fixture
def begun() -> Iterator[list[str]]:
    """Note each transaction that any engine begins."""
    found: list[str] = []

    def note(connection: sa.Connection) -> None:
        found.append(connection.dialect.name)

    sa.event.listen(Engine, "begin", note)
    yield found
    sa.event.remove(Engine, "begin", note)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/tasks", None),
        ("GET", "/tasks/1", None),
        ("POST", "/tasks", TASK),
        ("PUT", "/tasks/1", TASK),
        ("PATCH", "/tasks/1", TASK),
        ("DELETE", "/tasks/1", None),
        ("GET", "/users/me", None),
        ("GET", "/tasks/999", None),
    ],
)
def test_a_request_is_one_transaction(
    client: TestClient, begun: list[str], method: str, path: str, body: dict[str, str] | None
) -> None:
    client.post("/tasks", json=TASK)
    begun.clear()

    client.request(method, path, json=body)

    assert len(begun) == 1


def test_a_request_that_needs_no_data_takes_no_connection(
    client: TestClient, begun: list[str]
) -> None:
    begun.clear()

    assert client.get("/health/live").status_code == 200
    assert begun == []


def test_what_was_done_is_committed_before_the_answer_is_sent(
    client: TestClient, database: Database
) -> None:
    seen: list[tuple[Any, ...]] = []

    async def spy(scope: Scope, receive: Receive, send: Send) -> None:
        async def look_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.extend(database.run("SELECT title FROM tasks"))
            await send(message)

        await client.app(scope, receive, look_and_send)

    with client_of(spy) as watched:
        assert watched.post("/tasks", json=TASK, headers=client.headers).status_code == 201

    assert seen == [("Buy milk",)]


FAILING_COMMIT = {
    "sqlite": [
        "CREATE TABLE refused (id INTEGER REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER refuse AFTER INSERT ON tasks BEGIN INSERT INTO refused VALUES (1); END",
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE 'No commit.'; END $$",
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON tasks"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}


def test_when_the_commit_fails_nobody_is_told_that_it_went_well(
    empty_database: Database, make_token: Callable[..., str]
) -> None:
    empty_database.prepare()
    for statement in FAILING_COMMIT[empty_database.kind]:
        empty_database.run(statement)
    token = make_token({"sub": "7e57ed00-0000-4000-a000-000000000001", "exp": 4_102_444_800})

    with client_of(new_app(), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.post("/tasks", json=TASK).status_code == 500
        assert client.get("/tasks").json() == []
