"""What surrounds every request, and the start."""

import sys

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.config import ConfigurationError, HttpSettings
from app.core.metrics import Metrics
from app.front import FrontMiddleware, HostMiddleware
from app.observing import AccessLogMiddleware, MetricsMiddleware

LARGEST_BODY = 1_000_000  # bytes
TOO_LARGE = "The body is too large"


class BodyLimitMiddleware:
    """Answer 413 to a body of more than `LARGEST_BODY` bytes, before much of it is in memory."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is declared to be too large; count what comes without such a promise."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > LARGEST_BODY:
            return await JSONResponse({"detail": TOO_LARGE}, 413)(scope, receive, send)
        size = 0

        async def receive_and_count() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise HTTPException(413, TOO_LARGE)
            return message

        return await self.app(scope, receive_and_count, send)


class StartupErrorMiddleware:
    """Let the server print one sentence, not a traceback, when the environment is at fault."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; shorten the message that says why the app does not start."""
        if scope["type"] != "lifespan":
            return await self.app(scope, receive, send)

        async def send_sentence(message: Message) -> None:
            error = sys.exception()  # This runs while Starlette handles it.
            if isinstance(error, ConfigurationError) and "message" in message:
                message["message"] = str(error)
            await send(message)

        return await self.app(scope, receive, send_sentence)


def surround(app: FastAPI, shape: HttpSettings, metrics: Metrics) -> None:
    """Put the middleware around the app; the last one is the outermost."""
    app.add_middleware(BodyLimitMiddleware)
    if shape.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=shape.cors_origins,
            allow_methods=["DELETE", "GET", "PATCH", "POST", "PUT"],
            allow_headers=["Authorization", "X-Request-ID"],
            expose_headers=["Retry-After", "X-Process-Time", "X-Request-ID"],
        )
    app.add_middleware(HostMiddleware, allowed_hosts=shape.allowed_hosts)
    app.add_middleware(MetricsMiddleware, metrics=metrics)
    app.add_middleware(AccessLogMiddleware)
    app.add_middleware(FrontMiddleware, settings=shape)
    app.add_middleware(StartupErrorMiddleware)
