"""Before the start: wait for the database, migrate it, make the first superuser; or say why not."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import postgresql
import pytest
import sqlalchemy as sa
from databases import LESSON, Database
from sqlalchemy import make_url

COMMAND = [sys.executable, "-m", "app.prestart"]
REVISION = "SELECT version_num FROM alembic_version"


def start(**variables: str) -> subprocess.Popen[str]:
    """Run it as a process of its own."""
    environment = os.environ | {"ENVIRONMENT": "staging"} | variables
    return subprocess.Popen(
        COMMAND,
        cwd=LESSON,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for its end; return the exit code, and all that it said."""
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


FIRST = {"FIRST_SUPERUSER": "admin", "FIRST_SUPERUSER_PASSWORD": "correct horse"}


def test_an_empty_database_is_ready_afterwards(empty_database: Database) -> None:
    for _ in range(2):
        code, said = ended(start(**FIRST))
        assert code == 0, said

    assert empty_database.run(REVISION) == [("0003",)]
    assert empty_database.run("SELECT username, is_superuser FROM users") == [("admin", True)]


def test_many_may_do_it_at_once(empty_database: Database) -> None:
    processes = [start(**FIRST) for _ in range(3)]

    for code, said in map(ended, processes):
        assert code == 0, said
    assert empty_database.run(REVISION) == [("0003",)]
    assert empty_database.run("SELECT username FROM users") == [("admin",)]


def test_it_waits_for_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    with start(DATABASE_URL=f"sqlite:///{folder}/tasks.db") as process:
        assert process.stdout
        assert "does not answer" in process.stdout.readline()
        folder.mkdir()
        code, said = ended(process)

    assert code == 0, said
    assert (folder / "tasks.db").exists()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_migrates_second_waits_for_the_first(empty_database: Database) -> None:
    lock = "SELECT pg_advisory_xact_lock(20261122)"
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with empty_database.engine.begin() as connection:
        connection.execute(sa.text(lock))
        process = start()
        while not connection.execute(waiting).scalar_one():
            assert process.poll() is None, ended(process)
        assert sa.inspect(connection).get_table_names() == []

    code, said = ended(process)
    assert code == 0, said
    assert empty_database.run(REVISION) == [("0003",)]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"DATABASE_URL": "mysql://user:hunter2@localhost/x"}, "DATABASE_URL"),
        ({"DATABASE_URL_FILE": "/nowhere/hunter2"}, "DATABASE_URL"),
        ({"ENVIRONMENT": "prod"}, "ENVIRONMENT"),
        ({"ENVIRONMENT": "staging", "SECRET_KEY": "hunter2"}, "SECRET_KEY"),
        ({"FIRST_SUPERUSER": "admin"}, "FIRST_SUPERUSER_PASSWORD"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("empty_database")
def test_what_is_in_the_way_is_told_in_one_sentence(
    variables: dict[str, str], expected: str
) -> None:
    code, said = ended(start(**variables))

    assert code == 1
    assert expected in said.splitlines()[-1]
    assert "Traceback" not in said
    assert "hunter2" not in said


def test_a_database_that_never_answers_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import asyncio

    from app.core.config import ConfigurationError
    from app.prestart import wait_for_database

    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/tasks.db")

    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        asyncio.run(wait_for_database(patience=0.5))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_migration_that_is_refused_is_told_without_a_traceback(database: Database) -> None:
    with ExitStack() as stack:
        url = make_url(stack.enter_context(postgresql.new_database(database.url)))
        with database.engine.begin() as connection:
            connection.execute(sa.text("CREATE ROLE nobody_here LOGIN"))
        stack.callback(database.run, "DROP ROLE nobody_here")
        own = url.set(username="nobody_here", password=None)
        code, said = ended(start(DATABASE_URL=own.render_as_string(hide_password=False)))

    assert code == 1
    assert "permission denied" in said
    assert "Traceback" not in said
