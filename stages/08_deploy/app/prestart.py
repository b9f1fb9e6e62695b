"""What has to happen once before the app starts: `python -m app.prestart`.

Waits for the database, migrates it, and makes the first superuser. Several may run at once, as
when several machines start: they migrate one at a time, and the second finds nothing left to do.
"""

import asyncio
import logging
import sys

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from app.core import config
from app.core.logs import set_up_logs
from app.db.init_db import init_db
from app.db.migrated import MIGRATIONS, OUT_OF_REACH, find_revisions
from app.db.session import make_engine

logger = logging.getLogger("app.prestart")

PATIENCE = 60.0  # seconds in which a database has to begin to answer


async def wait_for_database(patience: float = PATIENCE) -> None:
    """Return when the database answers; raise ConfigurationError when it takes too long.

    The pauses grow, so that a server that is busy with its start is not kept from it.
    """
    engine, pause = make_engine(config.read_settings(config.DatabaseSettings).database_url), 0.1
    try:
        async with asyncio.timeout(patience):
            while await find_revisions(engine) is None:
                logger.warning("The database does not answer; the next try is in %.1f s.", pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
    except TimeoutError:
        raise config.ConfigurationError(OUT_OF_REACH) from None
    finally:
        await engine.dispose()


def main() -> None:
    """Do it all; end with one sentence when something is in the way."""
    try:
        development = config.read_settings(config.HttpSettings).environment == "development"
        set_up_logs(readable=development)
        if not development:  # What stops the app is better known before a migration.
            config.read_settings(config.Settings)
        asyncio.run(wait_for_database())
        command.upgrade(Config(MIGRATIONS), "head")
        asyncio.run(init_db())
    except (config.ConfigurationError, CommandError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
