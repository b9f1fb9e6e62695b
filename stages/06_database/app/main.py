"""The app: what lives as long as it does, its routers, and how it answers errors."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.core.config import Settings, read_settings
from app.core.security import verify_password
from app.db.migrated import check_migrated
from app.db.session import make_engine, make_sessions
from app.errors import BusinessRuleViolation, TakenError, TaskNotFoundError, UserNotFoundError
from app.middleware import BodyLimitMiddleware, ProcessTimeMiddleware, StartupErrorMiddleware
from app.routers import login, register, tasks, users
from app.throttle import LoginThrottle


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, object]]:
    """Create at the start what all requests share; what comes after `yield` runs at the end."""
    logging.basicConfig()  # Without it, Python shows no log line below a warning.
    logging.getLogger("app").setLevel(logging.INFO)
    settings = read_settings(Settings)
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


app = FastAPI(title="Task Manager", version="0.6.0", lifespan=lifespan)
app.add_middleware(BodyLimitMiddleware)
app.add_middleware(ProcessTimeMiddleware)
app.add_middleware(StartupErrorMiddleware)  # the last one is the outermost
app.include_router(login.router)
app.include_router(register.router)
app.include_router(users.router)
app.include_router(tasks.router)


@app.exception_handler(RequestValidationError)
def answer_invalid_input(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 with what is wrong where, but without the value that was sent."""
    detail = [{key: problem[key] for key in ("type", "loc", "msg")} for problem in error.errors()]
    # `json.dumps` writes ASCII: a name that is not valid Unicode cannot break the answer.
    content = json.dumps({"message": "Input validation failed", "detail": detail})
    return Response(content, 422, media_type="application/json")


@app.exception_handler(BusinessRuleViolation)
def answer_broken_rule(_request: Request, error: BusinessRuleViolation) -> Response:
    """Answer 409 with the name of the error and its message."""
    return JSONResponse({"error_type": type(error).__name__, "message": str(error)}, 409)


@app.exception_handler(UserNotFoundError)
@app.exception_handler(TaskNotFoundError)
def answer_not_found(_request: Request, error: Exception) -> Response:
    """Answer 404 with the message of the error."""
    return JSONResponse({"detail": str(error)}, 404)


@app.exception_handler(TakenError)
def answer_taken(_request: Request, error: TakenError) -> Response:
    """Answer 409 with the message of the error."""
    return JSONResponse({"detail": str(error)}, 409)


class Welcome(BaseModel):
    """A greeting."""

    message: Annotated[str, Field(examples=["Welcome to the Task Manager API."])]


@app.get("/", response_description="A greeting")
def welcome() -> Welcome:
    """Say what this API is and where its documentation is."""
    return Welcome(message="Welcome to the Task Manager API. Its documentation is at /docs.")
