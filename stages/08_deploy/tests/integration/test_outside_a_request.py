"""A dependency without a request: called as the function that it is, with a session of its own."""

from collections.abc import AsyncIterator

import pytest
from builders import a_task, save
from databases import Database
from fastapi import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession
from tokens import NEVER, MakeToken

from app.core.config import Settings
from app.db.session import make_engine, make_sessions
from app.dependencies import get_bearer, get_task
from app.errors import TaskNotFoundError
from app.models import User

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session(settings: Settings) -> AsyncIterator[AsyncSession]:
    """Give a session that nobody commits: what a test does with it is taken back."""
    engine = make_engine(settings.database_url)
    async with make_sessions(engine).writing() as session:
        yield session
    await engine.dispose()


async def test_the_bearer_of_a_token_is_found(
    session: AsyncSession, settings: Settings, ada: User, make_token: MakeToken
) -> None:
    token = make_token({"sub": str(ada.id), "exp": NEVER})

    user = await get_bearer(token, settings, session)

    assert user.username == "ada"


async def test_a_token_that_is_none_is_a_401(session: AsyncSession, settings: Settings) -> None:
    with pytest.raises(HTTPException) as refused:
        await get_bearer("none", settings, session)

    assert refused.value.status_code == 401


async def test_a_task_is_found_among_those_of_its_owner(
    session: AsyncSession, database: Database, ada: User, bob: User
) -> None:
    task = a_task(ada)
    save(database, task)

    assert (await get_task(task.id, ada, session)).title == task.title
    with pytest.raises(TaskNotFoundError):
        await get_task(task.id, bob, session)
