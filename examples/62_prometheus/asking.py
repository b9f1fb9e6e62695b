"""Ask an app without a network between: quick enough for thousands of requests."""

from collections.abc import Iterable, MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message


async def no_body() -> Message:
    """Receive the body of a request that has none."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def nobody_reads(_message: Message) -> None:
    """Send an answer to nobody."""


async def ask_all(app: ASGIApp, paths: Iterable[str], state: MutableMapping[str, Any]) -> None:
    """Ask for the paths, one after the other, as a server does whose lifespan gave `state`."""
    for path in paths:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            "state": dict(state),
        }
        await app(scope, no_body, nobody_reads)
