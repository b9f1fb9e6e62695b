"""What is noted of each request when it ends: a line in the log, and numbers."""

import logging
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.metrics import Metrics

logger = logging.getLogger("app.access")

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


def route_of(scope: Scope) -> str:
    """Return the template of the path, such as `/tasks/{task_id}`; for any other path, the same.

    Each value of a label costs memory, so that no client may choose it.
    """
    # FastAPI keeps the route of a router together with the prefix it was included with here.
    included = scope.get("fastapi", {}).get("effective_route_context")
    if route := included or scope.get("route"):
        return str(route.path_format)
    # The docs are routes of Starlette, which does not say which; no part of their paths varies.
    fixed = "endpoint" in scope and not scope["path_params"]
    return str(scope["path"]) if fixed else "unmatched"


class AccessLogMiddleware:
    """Writes one line for each request: without what follows the `?`, and without headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; write the line at the end, however it ends."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start, status = perf_counter(), 500  # unless an answer begins

        async def send_and_note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            client = scope.get("client")
            fields = {
                "method": scope["method"],
                "path": scope.get("raw_path", b"").decode("latin-1"),
                "route": route_of(scope),
                "status": status,
                "milliseconds": round((perf_counter() - start) * 1000, 2),
                "client": client[0] if client else None,
            }
            logger.info("request", extra=fields)


class MetricsMiddleware:
    """Counts each request, and measures it to the end of its answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; count at the end, however it ends."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start, status = perf_counter(), 500  # unless an answer begins

        async def send_and_note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            with self.metrics.in_progress.track_inprogress():
                await self.app(scope, receive, send_and_note)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = route_of(scope)
            self.metrics.requests.labels(method, route, str(status)).inc()
            self.metrics.seconds.labels(method, route).observe(perf_counter() - start)
