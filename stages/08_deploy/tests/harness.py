"""The app as the tests of real servers need it: with cheap hashes, and with more to ask it."""

import os
import time
from pathlib import Path
from typing import Any

from passlib.hash import argon2
from sqlalchemy import text
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.dependencies import SessionDep
from app.main import app as real

argon2.memory_cost = 8
argon2.parallelism = 1

RELEASED = Path(os.environ.get("RELEASED", "released"))
"""When this file exists, slow queries come to their end."""

in_flight = 0


def wait() -> int:
    """Be slow, in the thread of a connection to SQLite."""
    while not RELEASED.exists():
        time.sleep(0.01)
    return 1


@real.get("/slow")
async def slow(session: SessionDep) -> str:
    """Run a query that takes until it is released."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.create_function("wait", 0, wait)
        await session.execute(text("SELECT wait()"))
    else:  # The test holds this lock until it releases the queries.
        await session.execute(text("SELECT pg_advisory_xact_lock_shared(1)"))
    return "Done"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Count the requests that are in flight; say how many, and which process this is."""
    global in_flight
    if scope["type"] == "http" and scope["path"] == "/harness":
        content = {"in_flight": in_flight, "process": os.getpid()}
        return await JSONResponse(content)(scope, receive, send)
    in_flight += scope["type"] == "http"
    try:
        await real(scope, receive, send)
    finally:
        in_flight -= scope["type"] == "http"
    return None
