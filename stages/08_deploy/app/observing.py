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


class Answer:
    """What is known of an answer: its status, which is 500 for one that never begins."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self._start = perf_counter()

    async def send(self, message: Message) -> None:
        """Pass a message on; note the status."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    def seconds(self) -> float:
        """Return how long it took up to now."""
        return perf_counter() - self._start


class AccessLogMiddleware:
    """Writes one line for each request: without what follows the `?`, and without headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; write the line at the end, however it ends."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        answer = Answer(send)
        try:
            await self.app(scope, receive, answer.send)
        finally:
            client = scope.get("client")
            fields = {
                "method": scope["method"],
                "path": scope.get("raw_path", b"").decode("latin-1"),
                "route": route_of(scope),
                "status": answer.status,
                "milliseconds": round(answer.seconds() * 1000, 2),
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
        answer = Answer(send)
        self.metrics.in_progress.inc()
        try:
            await self.app(scope, receive, answer.send)
        finally:
            self.metrics.in_progress.dec()
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = route_of(scope)
            self.metrics.requests.labels(method, route, str(answer.status)).inc()
            self.metrics.seconds.labels(method, route).observe(answer.seconds())
