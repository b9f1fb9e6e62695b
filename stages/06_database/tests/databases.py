"""The databases of the tests: each test has one of its own, migrated, with three users in it."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import postgresql
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from passlib.hash import argon2

LESSON = Path(__file__).resolve().parent.parent
MIGRATIONS = LESSON / "alembic.ini"
USERS = ("testuser", "otheruser", "disableduser")
"""Their IDs end with 1, 2 and 3."""
NO_MATTER_WHICH = ["bad_bodies", "body_limit", "docs", "hashing", "protected", "register_input"]
NO_MATTER_WHICH += ["schema", "throttle", "validation"]
"""Files of tests whose answers do not come from the database: one kind of it will do."""

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
        self.engine = sa.create_engine(url)
        self.kind = self.engine.dialect.name

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def run(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Run one statement in a transaction of its own; return its rows."""
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(sql), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def migrate(self, target: str = "head", *, back: bool = False) -> None:
        """Bring the database to a revision, as `alembic upgrade` or `downgrade` does."""
        run = command.downgrade if back else command.upgrade
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", self.url)
            run(Config(MIGRATIONS), target)

    def prepare(self) -> None:
        """Migrate it and put the users in, as far as there are migrations yet."""
        if MIGRATIONS.exists():
            self.migrate()
            self.fill()

    def clear(self) -> None:
        """Bring it back to how `prepare` left it."""
        if MIGRATIONS.exists():
            self.run("DELETE FROM users")
            self.run("ALTER SEQUENCE tasks_id_seq RESTART")
            self.fill()

    def fill(self) -> None:
        """Put the three users in, each with the password "password123"."""
        cheap: Any = argon2.using(type="ID", memory_cost=8, parallelism=1)  # type: ignore[no-untyped-call]  # its stubs say nothing
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that speaks to the app on both databases, as far as that may matter."""
    marks = metafunc.definition.iter_markers("parametrize")
    if "database" in metafunc.fixturenames and not any("database" in m.args[0] for m in marks):
        chosen = metafunc.config.getoption("database")
        path = metafunc.definition.path
        both = chosen == "all" and path.stem.removeprefix("test_") not in NO_MATTER_WHICH
        kinds = ["sqlite", "postgresql"] if both else [chosen.replace("all", "sqlite")]
        metafunc.parametrize("database", kinds, indirect=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a file for SQLite, as each test has it at first."""
    path = tmp_path_factory.mktemp("template") / "tasks.db"
    path.touch()
    with closing(Database(f"sqlite:///{path}")) as database:
        database.prepare()
    return path


@pytest.fixture(scope="session")
def migrated_server() -> Iterator[Database]:
    """Start a PostgreSQL, and migrate a database there; the tests use it one after the other."""
    with ExitStack() as stack:
        url = stack.enter_context(postgresql.server())
        own = stack.enter_context(postgresql.new_database(url))
        database = stack.enter_context(closing(Database(own)))
        database.prepare()
        yield database


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Give a database with three users and no tasks, and tell the app where it is."""
    if getattr(request, "param", "sqlite") == "sqlite":
        template: Path = request.getfixturevalue("migrated_file")
        path = shutil.copy(template, template.with_name(f"{uuid.uuid4()}.db"))
        database = Database(f"sqlite:///{path}")
    else:
        database = request.getfixturevalue("migrated_server")
        database.clear()
    monkeypatch.setenv("DATABASE_URL", database.url)
    yield database
    database.close()


@pytest.fixture
def empty_database(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Database]:
    """Give a database of the same kind with nothing in it, in place of the other."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'empty.db'}"
        if database.kind == "postgresql":
            url = stack.enter_context(postgresql.new_database(database.url))
        monkeypatch.setenv("DATABASE_URL", url)
        yield stack.enter_context(closing(Database(url)))
