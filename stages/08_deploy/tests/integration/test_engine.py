"""The engine and its sessions by themselves, in an app that has nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module

import pytest
from databases import Database
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def write_lock(database: Database) -> sqlite3.Connection:
    """Return a connection that holds the lock that only one writer has; raise if it is taken."""
    path = database.url.removeprefix("sqlite:///")
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        connection.close()
        raise
    return connection


@pytest.fixture
def trial(database: Database) -> Iterator[TestClient]:
    """Speak to an app with a table and operations of this test, and the `SessionDep` of ours."""
    session_dep = import_module("app.dependencies").SessionDep
    app = FastAPI(lifespan=import_module("app.main").app.router.lifespan_context)

    @app.get("/scalar")
    async def scalar(session: session_dep, sql: str) -> int | str | None:  # type: ignore[valid-type]
        value: int | str | None = await session.scalar(text(sql))  # type: ignore[attr-defined]
        return value

    @app.post("/fail")
    async def fail(session: session_dep) -> None:  # type: ignore[valid-type]
        await session.execute(text("UPDATE notes SET text = 'Buy tea'"))  # type: ignore[attr-defined]
        raise HTTPException(418)

    @app.get("/lock")
    @app.post("/lock")
    async def lock(session: session_dep) -> bool:  # type: ignore[valid-type]
        await session.execute(text("SELECT count(*) FROM notes"))  # type: ignore[attr-defined]
        try:
            write_lock(database).close()
        except sqlite3.OperationalError:
            return True
        return False

    database.run("CREATE TABLE notes (text VARCHAR(50))")
    database.run("INSERT INTO notes VALUES ('Buy milk')")
    try:
        with TestClient(app, base_url="http://localhost") as client:
            yield client
    finally:
        database.run("DROP TABLE notes")


def test_after_an_error_all_is_as_before(trial: TestClient, database: Database) -> None:
    assert trial.post("/fail").status_code == 418

    assert database.run("SELECT text FROM notes") == [("Buy milk",)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_has_closed_is_made_anew(
    trial: TestClient, database: Database
) -> None:
    query = {"sql": "SELECT text FROM notes"}
    assert trial.get("/scalar", params=query).json() == "Buy milk"
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    assert trial.get("/scalar", params=query).json() == "Buy milk"


@on_sqlite
@pytest.mark.parametrize(
    ("name", "value"), [("foreign_keys", 1), ("journal_mode", "wal"), ("busy_timeout", 30_000)]
)
def test_sqlite_is_set_up_on_each_connection(
    trial: TestClient, name: str, value: int | str
) -> None:
    assert trial.get("/scalar", params={"sql": f"PRAGMA {name}"}).json() == value


@on_sqlite
def test_in_sqlite_who_may_write_waits_before_reading(trial: TestClient) -> None:
    assert trial.post("/lock").json() is True
    assert trial.get("/lock").json() is False


@on_sqlite
def test_in_sqlite_who_reads_does_not_wait_for_who_writes(
    trial: TestClient, database: Database
) -> None:
    with closing(write_lock(database)) as writer:
        writer.execute("UPDATE notes SET text = 'Buy tea'")
        found = trial.get("/scalar", params={"sql": "SELECT text FROM notes"})

    assert found.json() == "Buy milk"


def test_an_error_does_not_repeat_the_values_of_a_statement(
    anonymous: TestClient, database: Database
) -> None:
    database.run("ALTER TABLE users RENAME TO elsewhere")
    try:
        with pytest.raises(DBAPIError, match="INSERT INTO users") as refused:
            anonymous.post("/register", json={"username": "ada", "password": "password123"})
    finally:
        database.run("ALTER TABLE elsewhere RENAME TO users")

    assert "argon2" not in str(refused.value)
