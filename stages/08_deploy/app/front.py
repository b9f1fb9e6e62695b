"""What stands in front of everything: each answer, be it an error, gets its headers here."""

import re
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from app.core.config import HttpSettings

REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# Whoever looks after the app asks it by its address, not by its name.
PROBES = ("/health/live", "/health/ready", "/metrics")
DOCS = ("/docs", "/docs/oauth2-redirect", "/redoc")

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# The docs take their scripts and styles from elsewhere, and are for developers only.
FOR_DOCS = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net;"
    " style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com;"
    " font-src https://fonts.gstatic.com; img-src 'self' data: https:; worker-src blob:;"
    " base-uri 'none'; frame-ancestors 'none'"
)


def security_headers(policy: str, *, only_https: bool) -> list[tuple[bytes, bytes]]:
    """Return what tells a browser to be careful with the answer."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Content-Security-Policy": policy,
    }
    if only_https:  # For a year, the browser will not even try without.
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class FrontMiddleware:
    """Gives each request an ID, and each answer its headers, also to an error nobody expected."""

    def __init__(self, app: ASGIApp, settings: HttpSettings) -> None:
        self.app = app
        self.origins = settings.cors_origins
        production = settings.environment == "production"
        self.usual = security_headers(NOTHING, only_https=production)
        # In production there are no docs.
        self.docs = self.usual if production else security_headers(FOR_DOCS, only_https=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; add the headers to the message that starts the answer."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start = perf_counter()
        headers = Headers(scope=scope)
        sent = headers.get("x-request-id", "")
        request_id = sent if REQUEST_ID.fullmatch(sent) else uuid4().hex
        bind_contextvars(request_id=request_id)  # for all log lines from here on
        security = self.docs if scope["path"] in DOCS else self.usual
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = [
                    (b"x-request-id", request_id.encode()),
                    (b"x-process-time", b"%.6f" % (perf_counter() - start)),
                ]
                message["headers"] = [*message.get("headers", ()), *security, *own]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if not started:
                await self.unexpected(headers)(scope, receive, send_with_headers)
            raise  # The server writes it to the log.

    def unexpected(self, headers: Headers) -> JSONResponse:
        """Return the answer to an error that nobody expected; a page of ours may read it, too."""
        origin = headers.get("origin", "")
        cors = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        more = cors if origin in self.origins else None
        return JSONResponse({"detail": "Internal Server Error"}, 500, more)


class HostMiddleware(TrustedHostMiddleware):
    """Answers 400 to a host that is not ours, but answers probes under any name."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the host unless a probe asks."""
        await (self.app if scope.get("path") in PROBES else super().__call__)(scope, receive, send)
