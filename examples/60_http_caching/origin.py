"""Serve an app on a free port of this machine, and keep a record of what it is asked."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import uvicorn
from hishel import CacheOptions, SqliteStorage
from hishel.httpx import CacheClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Hit(NamedTuple):
    """A request that reached the origin, the status of its answer, and the bytes in its body."""

    method: str
    path: str
    status: int
    size: int


@dataclass
class Origin:
    """Where the answers come from: an app, its URL, and what it has been asked."""

    app: ASGIApp
    url: str = ""
    hits: list[Hit] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer, and take down how."""
        sent: list[Message] = []

        async def note(message: Message) -> None:
            sent.append(message)
            await send(message)

        await self.app(scope, receive, note)
        size = sum(len(message.get("body", b"")) for message in sent)
        self.hits.append(Hit(scope["method"], scope["path"], sent[0]["status"], size))


@contextmanager
def serving(app: ASGIApp) -> Iterator[Origin]:
    """Serve `app` in a thread, and give its origin."""
    origin = Origin(app)
    config = uvicorn.Config(origin, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield origin
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def caching_client(url: str, *, shared: bool = False) -> Iterator[CacheClient]:
    """Give a client with an empty cache: its own, like a browser's, or shared, like a proxy's."""
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as database:
        storage = SqliteStorage(connection=database)
        # Without `rfc`, hishel keeps every answer, whatever its headers say.
        options = CacheOptions(shared=shared)
        with CacheClient(base_url=url, storage=storage, rfc=options, trust_env=False) as client:
            yield client
