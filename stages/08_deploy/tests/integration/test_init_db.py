"""`python -m app.db.init_db` makes the first superuser, once, when the environment names one."""

import runpy
import subprocess
import sys

import pytest
from databases import LESSON, Database
from fastapi.testclient import TestClient

SUPERUSERS = "SELECT username, disabled FROM users WHERE is_superuser"
PASSWORD = "correct horse"


def init_db(capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command; return what it said when it stopped, having checked that it says no more."""
    sys.modules.pop("app.db.init_db", None)  # It is a program here, not a module.
    try:
        runpy.run_module("app.db.init_db", run_name="__main__")
    except SystemExit as stopped:
        return str(stopped)
    assert "".join(capsys.readouterr()) == "", "It is quiet when all is well."
    return ""


@pytest.fixture(autouse=True)
def first_superuser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a first superuser."""
    monkeypatch.setenv("FIRST_SUPERUSER", " Root ")
    monkeypatch.setenv("FIRST_SUPERUSER_PASSWORD", PASSWORD)
    monkeypatch.delenv("SECRET_KEY")


def test_the_first_superuser_can_do_what_superusers_can(
    database: Database, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    assert init_db(capsys) == ""

    assert [tuple(map(bool, row[1:])) for row in database.run(SUPERUSERS)] == [(False,)]
    client: TestClient = request.getfixturevalue("anonymous")
    form = {"username": "root", "password": PASSWORD}
    token = client.post("/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert len(client.get("/users", headers=headers).json()) == 4


def test_it_is_safe_to_run_twice(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert init_db(capsys) == ""
    before = database.run("SELECT id, password_hash FROM users WHERE is_superuser")
    monkeypatch.setenv("FIRST_SUPERUSER_PASSWORD", "another password")

    assert init_db(capsys) == ""
    assert database.run("SELECT id, password_hash FROM users WHERE is_superuser") == before


def test_two_at_once_make_one(database: Database) -> None:
    command = [sys.executable, "-m", "app.db.init_db"]
    processes = [subprocess.Popen(command, cwd=LESSON) for _ in range(2)]

    assert [process.wait() for process in processes] == [0, 0]
    assert len(database.run(SUPERUSERS)) == 1


def test_nothing_happens_when_nobody_is_named(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIRST_SUPERUSER")
    monkeypatch.delenv("FIRST_SUPERUSER_PASSWORD")

    assert init_db(capsys) == ""
    assert len(database.run("SELECT id FROM users")) == 3


@pytest.mark.parametrize("missing", ["FIRST_SUPERUSER", "FIRST_SUPERUSER_PASSWORD"])
def test_one_of_the_two_alone_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)

    assert missing in init_db(capsys)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("FIRST_SUPERUSER", "r"),
        ("FIRST_SUPERUSER", "the root"),
        ("FIRST_SUPERUSER", ""),
        ("FIRST_SUPERUSER_PASSWORD", "hunter2"),
        ("FIRST_SUPERUSER_PASSWORD", "[1,2]"),
        ("DATABASE_URL", "mysql://user:hunter2@localhost/tasks"),
    ],
)
def test_what_breaks_a_rule_is_named_and_not_repeated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    monkeypatch.setenv(name, wrong)

    said = init_db(capsys)

    assert name in said
    assert "hunter2" not in said


def test_a_name_that_somebody_else_has_is_an_error(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRST_SUPERUSER", "TestUser")

    assert "FIRST_SUPERUSER" in init_db(capsys)
    assert database.run(SUPERUSERS) == []


def test_it_needs_a_database_that_is_there_and_migrated(
    empty_database: Database,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "alembic upgrade head" in init_db(capsys)

    empty_database.migrate()
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hunter2@127.0.0.1:1/tasks")
    said = init_db(capsys)
    assert "DATABASE_URL" in said
    assert "hunter2" not in said
