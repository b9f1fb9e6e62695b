"""Migrations bring the database to the tables of the models, step by step, and back."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import main
from alembic.migration import MigrationContext
from databases import LESSON, Database


def alembic(*arguments: str) -> None:
    """Run the command `alembic` in the lesson's folder."""
    main(argv=["-c", str(LESSON / "alembic.ini"), *arguments])


def tables(database: Database) -> set[str]:
    """Return the names of the tables that are there."""
    return set(sa.inspect(database.engine).get_table_names()) - {"alembic_version"}


def differences(database: Database, metadata: sa.MetaData) -> list[object]:
    """Return what autogenerate would write into the next migration."""
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_all_migrations_make_the_tables_of_the_models(empty_database: Database) -> None:
    alembic("upgrade", "head")
    metadata = import_module("app.models").Base.metadata

    assert tables(empty_database) == {"users", "tasks"}
    assert differences(empty_database, metadata) == []


def test_a_column_that_no_migration_has_made_is_found(empty_database: Database) -> None:
    alembic("upgrade", "head")
    newer = sa.MetaData()
    for table in import_module("app.models").Base.metadata.sorted_tables:
        table.to_metadata(newer)
    newer.tables["tasks"].append_column(sa.Column("priority", sa.Integer))

    [difference] = differences(empty_database, newer)

    assert "add_column" in str(difference)
    assert "priority" in str(difference)


def test_all_migrations_can_be_taken_back_and_made_again(empty_database: Database) -> None:
    alembic("upgrade", "head")
    alembic("downgrade", "base")
    assert tables(empty_database) == set()

    alembic("upgrade", "head")
    assert tables(empty_database) == {"users", "tasks"}


@pytest.mark.parametrize("url", ["sqlite:///nowhere.db", "postgresql://nobody:secret@nowhere/x"])
def test_a_migration_can_be_printed_as_sql_without_a_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    alembic("upgrade", "head", "--sql")
    upgrade = capsys.readouterr().out
    alembic("downgrade", "head:base", "--sql")
    downgrade = capsys.readouterr().out

    assert "CREATE TABLE users" in upgrade
    assert "REFERENCES users (id) ON DELETE CASCADE" in upgrade
    assert "DROP TABLE users" in downgrade
    assert ("AUTOINCREMENT" in upgrade) == url.startswith("sqlite")
    for sql in (upgrade, downgrade):
        assert sql.startswith("BEGIN;")
        assert sql.rstrip().endswith("COMMIT;")
        assert "secret" not in sql


def test_the_printed_sql_makes_the_same_tables(
    empty_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    alembic("upgrade", "head", "--sql")
    for statement in capsys.readouterr().out.split(";\n"):
        if statement.strip() not in ("BEGIN", "COMMIT", ""):
            empty_database.run(statement)

    assert differences(empty_database, import_module("app.models").Base.metadata) == []


def test_alembic_needs_no_key_warns_of_nothing_and_runs_anywhere(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    command = ["-W", "error", "-m", "alembic", "-c", str(LESSON / "alembic.ini"), "upgrade", "head"]

    done = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env=environment | {"DATABASE_URL": "sqlite:///here.db", "ENVIRONMENT": "production"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    assert (tmp_path / "here.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:hunter2@localhost/tasks",
        "postgresql://user:pass@hunter2@127.0.0.1:1/tasks",
        "sqlite:////nowhere/hunter2/tasks.db",
    ],
)
def test_a_wrong_url_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(SystemExit):
        alembic("upgrade", "head")

    said = "".join(capsys.readouterr())
    assert "DATABASE_URL" in said
    assert "hunter2" not in said
    assert "Traceback" not in said
