"""The app as the tests of gunicorn and nginx need it: with more to ask a worker."""

import asyncio
import os
from pathlib import Path
from typing import Any

from passlib.hash import argon2
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.main import app as real

argon2.memory_cost = 8
argon2.parallelism = 1

FOLDER = Path(os.environ.get("WORKER_FOLDER", "."))
"""Here a request that is held says that it has begun, and waits for the file that releases it."""


def worker(scope: Scope) -> ASGIApp:
    """Answer which process this is, and what it takes the request for."""
    seen = {"scheme": scope["scheme"], "client": (scope["client"] or [None])[0]}
    return JSONResponse({"process": os.getpid()} | seen)


def held(_scope: Scope) -> ASGIApp:
    """Answer when the test says so."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        (FOLDER / "begun").touch()
        while not (FOLDER / "released").exists():  # noqa: ASYNC110  # it is in another process
            await asyncio.sleep(0.01)
        await PlainTextResponse("Done")(scope, receive, send)

    return answer


def endless(_scope: Scope) -> ASGIApp:
    """Answer with a stream that does not end by itself."""

    async def chunks() -> Any:  # noqa: ANN401
        yield b"begun"
        await asyncio.Event().wait()

    return StreamingResponse(chunks())


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Say back over a WebSocket what was said."""
    websocket = WebSocket(scope, receive, send)
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


MORE = {"/worker": worker, "/held": held, "/endless": endless}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what is asked in addition, and leave the rest to the app."""
    if scope["type"] == "websocket":
        await echo(scope, receive, send)
    elif scope["type"] == "http" and scope["path"] in MORE:
        await MORE[scope["path"]](scope)(scope, receive, send)
    else:
        await real(scope, receive, send)
