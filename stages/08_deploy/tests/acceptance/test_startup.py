"""Nothing starts on a database that is not migrated, or that cannot be reached."""

import subprocess
import sys
from importlib import import_module

import pytest
from databases import LESSON, Database
from fastapi.testclient import TestClient


def start() -> None:
    """Start the app, ask it for its greeting, and stop it."""
    with TestClient(import_module("app.main").app, base_url="http://localhost") as client:
        assert client.get("/").status_code == 200


def test_an_empty_database_stops_the_start(empty_database: Database) -> None:
    with pytest.raises(Exception, match="alembic upgrade head"):
        start()

    empty_database.migrate()
    start()


def test_a_database_of_long_before_stops_the_start(empty_database: Database) -> None:
    empty_database.migrate()
    empty_database.migrate("0001", back=True)

    with pytest.raises(Exception, match="alembic upgrade head"):
        start()


def test_a_database_of_a_newer_app_is_let_pass(database: Database) -> None:
    """A rollout migrates first: the app of before has to go on, and to start again."""
    revision = database.run("SELECT version_num FROM alembic_version")[0][0]
    database.run("UPDATE alembic_version SET version_num = 'newer'")
    try:
        start()
    finally:
        database.run("UPDATE alembic_version SET version_num = :revision", revision=revision)


SENTENCES = [
    ("DATABASE_URL", "sqlite:///{folder}/empty.db", "alembic upgrade head"),
    ("DATABASE_URL", "postgresql://user:hunter2@127.0.0.1:1/tasks", "DATABASE_URL"),
    ("DATABASE_URL", "mysql://user:hunter2@127.0.0.1/tasks", "DATABASE_URL"),
    ("SECRET_KEY", "hunter2", "SECRET_KEY"),
]


@pytest.mark.parametrize(("name", "wrong", "expected"), SENTENCES)
def test_a_real_server_says_one_sentence_and_stops(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    wrong: str,
    expected: str,
) -> None:
    monkeypatch.setenv(name, wrong.format(folder=tmp_path_factory.mktemp("empty")))

    said = ""
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port=0"]
    with subprocess.Popen(command, cwd=LESSON, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr or []:
            said += line
            if "startup complete" in line:
                process.kill()

    assert process.returncode > 0, "It has started."
    [sentence] = [line for line in said.splitlines() if expected in line]
    assert "[error" in sentence
    assert "Traceback" not in said
    assert "hunter2" not in said
