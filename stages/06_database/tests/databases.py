"""The databases of the tests: each test has one of its own, migrated, with three users in it."""

import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from passlib.hash import argon2

LESSON = Path(__file__).resolve().parent.parent
MIGRATIONS = LESSON / "alembic.ini"
USERS = ("testuser", "otheruser", "disableduser")
"""Their IDs end with 1, 2 and 3."""

users = sa.table(
    "users",
    sa.column("id", sa.Uuid),
    sa.column("disabled", sa.Boolean),
    sa.column("created_at", sa.DateTime(timezone=True)),
    *map(sa.column, ("username", "email", "full_name", "password_hash")),
)


class Database:
    """A database: where it is, and a way to look into it that is not the app's."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        self.kind = self.engine.dialect.name

    def run(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Run one statement in a transaction of its own; return its rows."""
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(sql), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def migrate(self, target: str = "head") -> None:
        """Bring the database to a revision, as `alembic upgrade` does."""
        with mock.patch.dict(os.environ, DATABASE_URL=self.url):
            command.upgrade(Config(MIGRATIONS), target)

    def prepare(self) -> None:
        """Migrate it and put the users in, as far as there are migrations yet."""
        if MIGRATIONS.exists():
            self.migrate()
            self.fill()

    def clear(self) -> None:
        """Bring it back to how `prepare` left it."""
        if MIGRATIONS.exists():
            self.run("TRUNCATE users, tasks RESTART IDENTITY")
            self.fill()

    def fill(self) -> None:
        """Put the three users in, each with the password "password123"."""
        cheap = argon2.using(type="ID", memory_cost=8, parallelism=1)
        rows = [
            {
                "id": uuid.UUID(f"7e57ed00-0000-4000-a000-00000000000{number}"),
                "username": name,
                "email": f"{name}@example.com",
                "full_name": f"{name.removesuffix('user').capitalize()} User",
                "password_hash": cheap.hash("password123"),
                "disabled": name == "disableduser",
                "created_at": datetime(2026, 1, number, tzinfo=UTC),
            }
            for number, name in enumerate(USERS, 1)
        ]
        with self.engine.begin() as connection:
            connection.execute(users.insert(), rows)
