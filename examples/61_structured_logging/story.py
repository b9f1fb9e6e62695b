"""A real server that is asked this and that, alone and by fifty at once, and what it writes."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

import httpx2

from servers import Server, serving

AT_ONCE = range(1001, 1051)
SHOWN = ("/items/{}", "/sync/{}")
TRACEBACK = "Exception in ASGI application"
# What is asked for, and when all is written about it: when its last line is there.
ALONE = [
    ("items/7", '"view_counted"', 1),
    ("sync/8", '"view_counted"', 2),
    ("fail", TRACEBACK, 1),
    ("nowhere", '"status": 404', 1),
    ("items/0", '"status": 422', 1),
    ("tests/stream", '"path": "/tests/stream"', 2),
    ("tests/stream?breaks=1", TRACEBACK, 2),
    ("tests/background", TRACEBACK, 3),
    ("tests/fields", '"path": "/tests/fields"', 2),
    ("tests/threads", '"path": "/tests/threads"', 2),
]

MORE = """
import asyncio, contextvars, datetime, logging
import structlog
from fastapi import BackgroundTasks
from fastapi.responses import StreamingResponse
from main import app

log = structlog.stdlib.get_logger("tests")

@app.exception_handler(ValueError)
@app.exception_handler(Exception)
async def handled(request, error):
    log.error("handled", error=type(error).__name__)

@app.get("/tests/stream")
async def stream(breaks: bool = False):
    async def parts():
        for part in ("one", "two"):
            log.info("part", part=part)
            yield part
            await asyncio.sleep(0.05)
            if breaks:
                raise RuntimeError
    return StreamingResponse(parts())

@app.get("/tests/endless")
async def endless():
    async def parts():
        while True:
            yield "more"
            await asyncio.sleep(0.01)
    return StreamingResponse(parts())

@app.get("/tests/background")
async def background(tasks: BackgroundTasks):
    tasks.add_task(lambda: 1 / 0)

@app.get("/tests/fields")
async def fields():
    circle = []
    circle.append(circle)
    log.info("odd", when=datetime.datetime(2026, 1, 1), text=chr(0xD800))
    log.info("no number", number=float("nan"), text="text")
    log.info("circle", circle=circle, keys={(1, 2): 3}, text="text")
    log.info("reserved", level="gold", timestamp="never", service="other", request_id="other")
    logging.getLogger("somebody.else").warning("Take %s", "care", extra={"size": 3})

@app.get("/tests/threads")
async def threads():
    await asyncio.to_thread(log.info, "to_thread")
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, context.run, log.info, "run_in_executor")

@app.get("/tests/bound")
async def bound():
    structlog.contextvars.bind_contextvars(user="ada")
    log.info("bound")
"""


def tell(folder: Path) -> tuple[Server, dict[str, httpx2.Response]]:
    """Serve the app and more, ask for everything, and stop."""
    (folder / "more.py").write_text(MORE, encoding="utf-8")
    with serving(folder, "more:app") as server:
        answers = ask_alone(server)
        leave(server)
        ask_two_in_one_go(server)
        asyncio.run(ask_at_once(server))
        server.until('"view_counted"', times=3 + len(AT_ONCE))
    return server, answers


def ask_alone(server: Server) -> dict[str, httpx2.Response]:
    """Ask for one after the other, each with an ID that names its path; give the answers."""
    answers: dict[str, httpx2.Response] = {}
    close = {"Connection": "close"}  # After a failure the server may, at any moment.
    with httpx2.Client(base_url=server.url, headers=close, timeout=60) as client:
        for path, last_line, times in ALONE:
            with suppress(httpx2.TransportError):  # One stream breaks, as is asked.
                answers[path] = client.get(path, headers={"X-Request-ID": id_of(path)})
            server.until(last_line, times)
    return answers


def id_of(path: str) -> str:
    """Return an ID that names a path."""
    return "request-" + "".join(each if each.isalnum() else "-" for each in path)


def leave(server: Server) -> None:
    """Ask for what never ends, and go away."""
    with socket.create_connection(server.address) as client:
        client.sendall(request("tests/endless"))
        client.recv(1)
    server.until('"interrupted"')


def ask_two_in_one_go(server: Server) -> None:
    """Ask for a second path before there is an answer for the first, over the same connection."""
    with socket.create_connection(server.address) as client:
        client.sendall(request("tests/bound") + request("items/9"))
        server.until('"view_counted"', times=3)


def request(path: str) -> bytes:
    """Return a request as it is sent."""
    lines = [f"GET /{path} HTTP/1.1", "Host: shop", f"X-Request-ID: {id_of(path)}", "", ""]
    return "\r\n".join(lines).encode()


async def ask_at_once(server: Server) -> None:
    """Ask for fifty items at once, with an ID each, on the event loop and in threads."""
    client = httpx2.AsyncClient(base_url=server.url, timeout=60)
    async with client, asyncio.TaskGroup() as group:
        for number in AT_ONCE:
            path = SHOWN[number % 2].format(number)
            group.create_task(client.get(path, headers={"X-Request-ID": f"request-{number}"}))
