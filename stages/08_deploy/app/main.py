"""The app: what lives as long as it does, its routers, and how it answers errors."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

import svcs.fastapi
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.core.config import Settings, read_settings
from app.core.security import verify_password
from app.db.migrated import check_migrated
from app.db.session import make_engine, make_sessions
from app.emailer import Emailer, make_emailer
from app.errors import (
    BusinessRuleViolation,
    EmailNotTakenError,
    TakenError,
    TaskNotFoundError,
    UserNotFoundError,
)
from app.middleware import BodyLimitMiddleware, ProcessTimeMiddleware, StartupErrorMiddleware
from app.routers import login, register, tasks, users
from app.throttle import LoginThrottle


@asynccontextmanager
async def lifespan(
    settings: Settings | None, _app: FastAPI, registry: svcs.Registry
) -> AsyncIterator[dict[str, object]]:
    """Create at the start what all requests share; what comes after `yield` runs at the end."""
    logging.basicConfig()  # Without it, Python shows no log line below a warning.
    logging.getLogger("app").setLevel(logging.INFO)
    settings = settings or read_settings(Settings)
    registry.register_value(Emailer, make_emailer(settings))
    await verify_password("", None)  # Passlib prepares its dummy now, not at the first login.
    engine = make_engine(settings.database_url)
    try:
        await check_migrated(engine)
        yield {
            "settings": settings,
            "sessions": make_sessions(engine),
            "throttle": LoginThrottle(),
        }
    finally:
        await engine.dispose()


def answer_invalid_input(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 with what is wrong where, but without the value that was sent."""
    detail = [{key: problem[key] for key in ("type", "loc", "msg")} for problem in error.errors()]
    # `json.dumps` writes ASCII: a name that is not valid Unicode cannot break the answer.
    content = json.dumps({"message": "Input validation failed", "detail": detail})
    return Response(content, 422, media_type="application/json")


def answer_broken_rule(_request: Request, error: BusinessRuleViolation) -> Response:
    """Answer 409 with the name of the error and its message."""
    return JSONResponse({"error_type": type(error).__name__, "message": str(error)}, 409)


def answer_not_found(_request: Request, error: Exception) -> Response:
    """Answer 404 with the message of the error."""
    return JSONResponse({"detail": str(error)}, 404)


def answer_taken(_request: Request, error: TakenError) -> Response:
    """Answer 409 with the message of the error."""
    return JSONResponse({"detail": str(error)}, 409)


def answer_not_sent(_request: Request, error: EmailNotTakenError) -> Response:
    """Answer 503 with the message of the error, and when to try again."""
    return JSONResponse({"detail": str(error)}, 503, {"Retry-After": "60"})


class Welcome(BaseModel):
    """A greeting."""

    message: Annotated[str, Field(examples=["Welcome to the Task Manager API."])]


def welcome() -> Welcome:
    """Say what this API is and where its documentation is."""
    return Welcome(message="Welcome to the Task Manager API. Its documentation is at /docs.")


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return a new app; without settings, it reads those of the environment when it starts."""
    with_services = svcs.fastapi.lifespan(partial(lifespan, settings))
    app = FastAPI(title="Task Manager", version="0.7.0", lifespan=with_services)
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(ProcessTimeMiddleware)
    app.add_middleware(StartupErrorMiddleware)  # the last one is the outermost
    app.include_router(login.router)
    app.include_router(register.router)
    app.include_router(users.router)
    app.include_router(tasks.router)
    app.exception_handler(RequestValidationError)(answer_invalid_input)
    app.exception_handler(BusinessRuleViolation)(answer_broken_rule)
    app.exception_handler(UserNotFoundError)(answer_not_found)
    app.exception_handler(TaskNotFoundError)(answer_not_found)
    app.exception_handler(TakenError)(answer_taken)
    app.exception_handler(EmailNotTakenError)(answer_not_sent)
    app.get("/", response_description="A greeting")(welcome)
    return app


app = create_app()
