"""What both twins share: a sync session, and what they do with it. All else is stage 06's."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from sqlalchemy import URL, Engine, create_engine, event, select
from sqlalchemy.orm import Session, sessionmaker

from app.core.config import DatabaseSettings, Settings, read_settings
from app.core.security import InvalidTokenError, read_token
from app.db.session import PATIENCE, begin, prepare
from app.errors import CHALLENGE
from app.main import app as stage
from app.main import lifespan, welcome
from app.models import Task, User


def make_sync_engine(url: URL) -> Engine:
    """Return an engine with the stage's settings and as many connections, but without async."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    options = {"isolation_level": None, "timeout": PATIENCE}
    engine = create_engine(url.set(drivername="sqlite"), connect_args=options)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


@asynccontextmanager
async def lifespan_with_sync_sessions(app: FastAPI) -> AsyncIterator[dict[str, object]]:
    """Do what the stage does, and make the sync sessions too."""
    async with lifespan(app) as state:
        engine = make_sync_engine(read_settings(DatabaseSettings).database_url)
        yield state | {"sync_sessions": sessionmaker(engine, expire_on_commit=False)}
        engine.dispose()


def get_session(request: Request) -> Iterator[Session]:
    """Give one request its session, and commit when it went well."""
    with request.state.sync_sessions() as session:
        yield session
        session.commit()


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def find_bearer(token: str, settings: Settings, session: Session) -> User:
    """Find the user whom the token names, or answer 401."""
    try:
        user = session.scalar(select(User).where(User.id == read_token(token, settings)))
    except InvalidTokenError:
        user = None
    if user is None:
        raise HTTPException(401, "Not authenticated", CHALLENGE)
    return user


def find_tasks(user: User, session: Session, skip: int, limit: int) -> list[Task]:
    """Find a page of the user's tasks."""
    query = select(Task).where(Task.owner_id == user.id).order_by(Task.id)
    return list(session.scalars(query.offset(skip).limit(limit)))


def twin(router: APIRouter) -> FastAPI:
    """Return an app with these operations and all that surrounds those of the stage."""
    app = FastAPI(lifespan=lifespan_with_sync_sessions, middleware=stage.user_middleware)
    app.exception_handlers.update(stage.exception_handlers)
    app.get("/")(welcome)
    app.include_router(router)
    return app
