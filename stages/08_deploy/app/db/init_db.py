"""Make the first superuser, from the environment: `python -m app.db.init_db`."""

import asyncio
import sys
from contextlib import suppress

from app import crud
from app.core.config import ConfigurationError, DatabaseSettings, read_settings
from app.core.security import hash_password
from app.db.migrated import check_migrated
from app.db.session import Sessions, make_engine, make_sessions
from app.errors import TakenError
from app.schemas.users import Password, UserCreate, Username


class FirstSuperuser(DatabaseSettings):
    """The name and the password of the first superuser: both, or none."""

    first_superuser: Username | None = None
    first_superuser_password: Password | None = None


async def init_db() -> None:
    """Make the superuser unless there is one of that name; raise ConfigurationError otherwise."""
    settings = read_settings(FirstSuperuser)
    name, password = settings.first_superuser, settings.first_superuser_password
    if name is None and password is None:
        return
    if name is None or password is None:
        raise ConfigurationError("FIRST_SUPERUSER and FIRST_SUPERUSER_PASSWORD go together.")
    engine = make_engine(settings.database_url)
    try:
        await check_migrated(engine)
        await create_superuser(make_sessions(engine), name, password)
    finally:
        await engine.dispose()


async def create_superuser(sessions: Sessions, name: str, password: Password) -> None:
    """Create the superuser unless it is there; another process may do the same at this moment."""
    new_user = UserCreate(username=name, password=password)
    hashed = await hash_password(password.get_secret_value())
    async with sessions.writing() as session:
        if await crud.users.named(session, name) is None:
            with suppress(TakenError):
                await crud.users.register(session, new_user, hashed, is_superuser=True)
            await session.commit()
        user = await crud.users.named(session, name)
    if user is None or not user.is_superuser:
        raise ConfigurationError("FIRST_SUPERUSER: this name is taken, and not by a superuser.")


if __name__ == "__main__":
    try:
        asyncio.run(init_db())
    except ConfigurationError as error:
        sys.exit(str(error))
