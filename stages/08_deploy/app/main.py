"""The app: what lives as long as it does, its routers, and how it answers errors."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import svcs.fastapi
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from app.core.config import ConfigurationError, HttpSettings, Settings, read_settings
from app.core.logs import set_up_logs
from app.core.metrics import Metrics
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
from app.middleware import surround
from app.routers import login, register, status, tasks, tasks_v2, users
from app.throttle import LoginThrottle
from app.traces import make_telemetry, trace_queries


@asynccontextmanager
async def lifespan(
    shape: HttpSettings, settings: Settings | None, _app: FastAPI, registry: svcs.Registry
) -> AsyncIterator[dict[str, object]]:
    """Create at the start what all requests share; what comes after `yield` runs at the end."""
    set_up_logs(readable=shape.environment == "development")  # The server may have set up its own.
    settings = settings or read_settings(Settings)
    registry.register_value(Emailer, make_emailer(settings))
    await verify_password("", None)  # Passlib prepares its dummy now, not at the first login.
    engine, probe = make_engine(settings.database_url), make_engine(settings.database_url)
    trace_queries(engine)
    try:
        await check_migrated(engine)
        yield {
            "settings": settings,
            "sessions": make_sessions(engine),
            "throttle": LoginThrottle(),
            "probe": probe,  # It need not wait while requests hold all connections.
        }
    finally:
        await engine.dispose()
        await probe.dispose()


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


class TaskManager(FastAPI):
    """FastAPI, whose docs page logs in where the app has its login."""

    def openapi(self) -> dict[str, Any]:
        """Return the schema; the address of the login depends on the prefix."""
        schema = super().openapi()
        flows = schema["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]
        flows["password"]["tokenUrl"] = self.url_path_for("login").lstrip("/")
        return schema


def read_shape() -> HttpSettings:
    """Read what shapes the app; the defaults do when that is wrong, for it will not start."""
    try:
        return read_settings(HttpSettings)
    except ConfigurationError:
        return HttpSettings.model_construct()


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return a new app; without settings, it reads those of the environment.

    What shapes the app is read here, all else when it starts; so is what is wrong told then.
    """
    shape = settings or read_shape()
    set_up_logs(readable=shape.environment == "development")
    app = TaskManager(
        title="Task Manager",
        version="1.0.0",
        lifespan=svcs.fastapi.lifespan(partial(lifespan, shape, settings)),
        openapi_url=None if shape.environment == "production" else "/openapi.json",
        telemetry=make_telemetry(),
    )
    app.state.metrics = Metrics()
    surround(app, shape, app.state.metrics)
    app.include_router(status.router)
    app.include_router(tasks_v2.router)
    for each in (login, register, users, tasks):
        app.include_router(each.router, prefix=shape.api_prefix)
    app.exception_handler(RequestValidationError)(answer_invalid_input)
    app.exception_handler(BusinessRuleViolation)(answer_broken_rule)
    app.exception_handler(UserNotFoundError)(answer_not_found)
    app.exception_handler(TaskNotFoundError)(answer_not_found)
    app.exception_handler(TakenError)(answer_taken)
    app.exception_handler(EmailNotTakenError)(answer_not_sent)
    return app


app = create_app()
