"""What surrounds every request."""

import sys
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.config import ConfigurationError

LARGEST_BODY = 1_000_000  # bytes
TOO_LARGE = "The body is too large"


class ProcessTimeMiddleware:
    """Say in the header `X-Process-Time` how many seconds passed until the answer began."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; add the header to the message that starts the answer."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start = perf_counter()

        async def send_with_time(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Process-Time"] = f"{perf_counter() - start:.6f}"
            await send(message)

        return await self.app(scope, receive, send_with_time)


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
