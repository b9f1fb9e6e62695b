"""Alive is not the same as ready: what the app cannot do without, it asks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from clients import client_of, new_app
from databases import Database
from fastapi.testclient import TestClient
from servers import DEADLINE, until

POOL = 15
"""So many connections the engine of a process has, at most."""
GONE = {"detail": "The database does not answer"}


def check(client: TestClient, *, ready: bool) -> None:
    """Check what both probes and the page say."""
    live, answer, page = (client.get(path) for path in ("/health/live", "/health/ready", "/"))

    assert live.status_code == 200
    assert answer.status_code == (200 if ready else 503)
    assert answer.json() == ({"status": "ok"} if ready else GONE)
    assert page.status_code == 200
    assert ("is ready" in page.text) == ready


def test_an_app_that_has_started_is_alive_and_ready(anonymous: TestClient) -> None:
    check(anonymous, ready=True)


@contextmanager
def unreadable(database: Database) -> Iterator[None]:
    """Let no query find the table that says which migrations there are."""
    database.run("ALTER TABLE alembic_version RENAME TO hidden")
    try:
        yield
    finally:
        database.run("ALTER TABLE hidden RENAME TO alembic_version")


@contextmanager
def out_of_reach(database: Database) -> Iterator[None]:
    """Close all connections, and let nobody connect."""
    url = sa.make_url(database.url)
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    database.engine.dispose()
    with admin.connect() as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'))
        try:
            kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(sa.text(kill), {"name": url.database})
            yield
        finally:
            connection.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'))
    admin.dispose()


@contextmanager
def silent(database: Database) -> Iterator[None]:
    """Let the database take each question, and answer none."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        yield


def test_it_is_not_ready_while_the_database_cannot_be_read(
    anonymous: TestClient, database: Database
) -> None:
    with unreadable(database):
        check(anonymous, ready=False)
    check(anonymous, ready=True)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_it_is_not_ready_while_the_database_answers_nothing(
    anonymous: TestClient, database: Database
) -> None:
    # The lock goes first, so that the request comes to its end whatever happens here.
    with ThreadPoolExecutor(1) as pool, silent(database):
        answer = pool.submit(anonymous.get, "/health/ready").result(DEADLINE)
        assert answer.status_code == 503
        assert anonymous.get("/health/live").status_code == 200
    check(anonymous, ready=True)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_it_is_not_ready_while_the_server_is_gone(empty_database: Database) -> None:
    empty_database.prepare()
    with client_of(new_app()) as client:
        check(client, ready=True)
        with out_of_reach(empty_database):
            check(client, ready=False)
        check(client, ready=True)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_it_is_ready_while_requests_hold_all_connections(
    client: TestClient, database: Database
) -> None:
    """Else a busy app would be told apart from a broken one by nobody, and get no requests."""
    # The lock goes first, so that the requests come to their end whatever happens here.
    with ThreadPoolExecutor(20) as pool, database.engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE"))
        waiting = [pool.submit(client.get, "/tasks") for _ in range(20)]
        holding = "SELECT count(*) FROM pg_locks WHERE relation = 'tasks'::regclass AND NOT granted"
        until(lambda: connection.execute(sa.text(holding)).scalar_one() == POOL)
        assert client.get("/health/ready").status_code == 200
    assert {each.result().status_code for each in waiting} == {200}
