"""The second migration: as autogenerate wrote it, it fails on a table with rows; ours does not."""

from importlib import import_module

import pytest
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import Operations
from databases import Database


@pytest.fixture
def before(empty_database: Database) -> Database:
    """Give a database as it was before superusers, with users and a task in it."""
    empty_database.migrate("0001")
    empty_database.fill()
    empty_database.run(
        "INSERT INTO tasks (title, completed, owner_id) SELECT 'Buy milk', false, id FROM users"
    )
    return empty_database


def autogenerate(database: Database) -> None:
    """Run what autogenerate writes for the models as they are, as it writes it."""
    metadata = import_module("app.models").Base.metadata
    with database.engine.begin() as connection:
        context = MigrationContext.configure(connection)
        operations = Operations(context)
        written = produce_migrations(context, metadata).upgrade_ops
        assert written is not None
        for table in written.ops:
            for operation in table.ops:  # type: ignore[attr-defined]
                operations.invoke(operation)


def test_what_autogenerate_writes_fails_on_a_table_with_rows(before: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=r"(?i)not null|null values"):
        autogenerate(before)

    assert len(before.run("SELECT * FROM users")) == 3


def test_the_migration_works_on_a_table_with_rows_and_loses_none(before: Database) -> None:
    before.migrate()

    assert before.run("SELECT is_superuser FROM users") == [(False,)] * 3
    assert len(before.run("SELECT id FROM tasks")) == 3


def test_taking_it_back_loses_no_user_and_no_task(before: Database) -> None:
    before.migrate()
    before.migrate("0001", back=True)

    assert len(before.run("SELECT id FROM users")) == 3
    assert len(before.run("SELECT id FROM tasks")) == 3
    assert "is_superuser" not in {
        column["name"] for column in sa.inspect(before.engine).get_columns("users")
    }
