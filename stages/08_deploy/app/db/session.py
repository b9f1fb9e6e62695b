"""The engine, which keeps connections to the database, and the sessions that borrow them."""

import asyncio
import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState
from sqlalchemy.util import await_only

PATIENCE = 30  # seconds that SQLite waits for another connection to finish writing


def make_engine(url: URL) -> AsyncEngine:
    """Return an engine; it connects when it is first used."""
    if url.get_backend_name() != "sqlite":
        # `pool_pre_ping`: the server may have started anew since a connection was last used.
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    # Python's driver would begin a transaction only before the first write, so that what was read
    # until then may have changed. `isolation_level=None` turns that off: `begin` does it.
    options = {"isolation_level": None, "timeout": PATIENCE}
    engine = create_async_engine(url, connect_args=options, hide_parameters=True)
    event.listen(engine.sync_engine, "do_connect", open_file)
    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", begin)
    event.listen(engine.sync_engine, "reset", take_back)
    return engine


def open_file(
    _dialect: Dialect, _entry: ConnectionPoolEntry, names: list[str], options: dict[str, Any]
) -> None:
    """Raise an error when the file cannot be opened.

    The driver would do so, too, but leave a thread behind that fails once more, later.
    """
    uri = options.get("uri", False)
    await_only(asyncio.to_thread(lambda: sqlite3.connect(names[0], uri=uri).close()))


def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Make a new connection to SQLite check foreign keys, and let readers read while one writes."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def begin(connection: Connection) -> None:
    """Begin a transaction in SQLite; one that will write waits its turn here.

    Otherwise, of two that read and then want to write, SQLite would fail the second at once: what
    that one has read is no longer so.
    """
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def take_back(
    connection: DBAPIConnection, _entry: ConnectionPoolEntry, state: PoolResetState
) -> None:
    """End the transaction of a connection that is given back.

    In SQLite, a commit that fails leaves it open; SQLAlchemy takes it for ended.
    """
    if state.asyncio_safe:
        connection.rollback()


@dataclass(frozen=True)
class Sessions:
    """The makers of sessions: for requests that only read, and for those that may write."""

    reading: async_sessionmaker[AsyncSession]
    writing: async_sessionmaker[AsyncSession]


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Return the makers of sessions for an engine; both share its connections."""
    return Sessions(
        # Rows stay readable after the commit: reading them again would need to be awaited.
        reading=async_sessionmaker(engine, expire_on_commit=False),
        writing=async_sessionmaker(engine.execution_options(writes=True), expire_on_commit=False),
    )
