"""What Alembic runs for its commands: how to reach the database, and what to compare it with."""

import asyncio
import logging

from alembic import context
from alembic.util import CommandError
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from app.core.config import ConfigurationError, DatabaseSettings, read_settings
from app.db.migrated import OUT_OF_REACH
from app.db.session import make_engine
from app.models import Base


def database_url() -> URL:
    """Return the URL of the database; a migration needs no other setting."""
    try:
        return read_settings(DatabaseSettings).database_url
    except ConfigurationError as error:
        raise CommandError(str(error)) from None


def migrate(connection: Connection | None = None) -> None:
    """Run the migrations on a connection; without one, print their SQL."""
    context.configure(
        connection=connection,
        url=database_url().render_as_string(hide_password=False),
        target_metadata=Base.metadata,
        literal_binds=connection is None,
        # All or nothing. SQLite can do that too, though Alembic thinks not.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection is not None and connection.dialect.name == "postgresql":
            # Held to the end of the transaction. Any number will do that no other lock has.
            connection.execute(text("SELECT pg_advisory_xact_lock(20261122)"))
        context.run_migrations()


async def connect_and_migrate() -> None:
    """Run the migrations; a second process that does the same waits for the first.

    Raises CommandError, which Alembic prints without a traceback, when the database refuses.
    """
    engine = make_engine(database_url())
    try:
        async with engine.execution_options(writes=True).connect() as connection:
            await connection.run_sync(migrate)
    except DBAPIError as error:
        if error.statement is None:  # The driver's own words may hold a part of the password.
            raise CommandError(OUT_OF_REACH) from None
        raise CommandError(f"{error.orig}\n{error.statement}") from error
    finally:
        await engine.dispose()


logging.basicConfig(format="%(message)s")
logging.getLogger("alembic").setLevel(logging.INFO)
logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
if context.is_offline_mode():
    migrate()
else:
    asyncio.run(connect_and_migrate())
