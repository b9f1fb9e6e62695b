"""Is the database migrated? An app that starts without its tables fails later, and less clearly."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.config import ConfigurationError

OUT_OF_REACH = "DATABASE_URL: the database cannot be opened or reached."
# Its tables are enough for this app. What it adds itself comes before it in time: first the
# database expands, then the new app replaces the old one, which can go on until then, or again.
OLDEST = "0002"
MIGRATIONS = Path(__file__).resolve().parents[2] / "alembic.ini"


async def check_migrated(engine: AsyncEngine) -> None:
    """Raise ConfigurationError unless the database can be reached and is migrated."""
    found = await find_revisions(engine)
    if found is None:
        raise ConfigurationError(OUT_OF_REACH)
    if is_behind(found):
        name = engine.url.database
        raise ConfigurationError(f"The database {name} is not migrated; run: alembic upgrade head")


async def find_revisions(engine: AsyncEngine) -> set[str] | None:
    """Return the migrations that the database has; None if it cannot be reached."""
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(revisions)
    except Exception:  # of any kind; and its text may hold a part of the password
        return None


def revisions(connection: Connection) -> set[str]:
    """Return the migrations that the database says it has; none if it is empty."""
    return set(MigrationContext.configure(connection).get_current_heads())


def is_behind(found: set[str]) -> bool:
    """Tell whether a needed migration is missing; an unknown one is of an app newer than this."""
    script = ScriptDirectory.from_config(Config(MIGRATIONS))
    before = {each.revision for each in script.walk_revisions(head=OLDEST)} - {OLDEST}
    return found <= before
