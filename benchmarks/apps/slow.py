"""A query that takes 200 ms on both databases, without work for the processor."""

import time

from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, Pool

SLOW = text("SELECT pg_sleep(0.2)")


@event.listens_for(Pool, "connect")
def lend_sleep(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Give a new connection to SQLite what PostgreSQL has by itself."""
    if hasattr(connection, "create_function"):
        connection.create_function("pg_sleep", 1, time.sleep)
