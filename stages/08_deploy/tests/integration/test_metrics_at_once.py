"""Numbers of several requests at once, and of several workers."""

import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path

import anyio
import pytest
from clients import client_of, new_app
from fastapi.responses import StreamingResponse
from starlette.types import Message
from test_metrics import counted


def test_a_request_is_in_progress_until_its_answer_ends() -> None:
    """Also when the client goes away meanwhile, and the server cancels what it does."""
    app = new_app()
    app.get("/stream")(lambda: StreamingResponse(iter([b"one"])))
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/stream",
        "raw_path": b"/stream",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    seen: list[float] = []

    async def look(message: Message) -> None:
        if message["type"] == "http.response.body":
            seen.append(app.state.metrics.in_progress._value.get())  # no other way
            await anyio.sleep_forever()

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def run() -> None:
        with anyio.move_on_after(0.1):
            await app(scope, receive, look)

    anyio.run(run)

    assert seen == [1]
    assert app.state.metrics.in_progress._value.get() == 0  # likewise


def work(connection: Connection) -> None:
    """Be a worker: answer some requests, say what there is to say, and stay until told to go."""
    with client_of(new_app()) as client:
        for _ in range(5):
            client.get("/health/live")
        connection.send(os.getpid())
        while connection.recv():
            connection.send(counted(client))


def test_whichever_worker_is_asked_tells_what_all_have_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    context = multiprocessing.get_context("spawn")  # The library looks at the variable but once.
    ends = [context.Pipe() for _ in range(2)]
    workers = [context.Process(target=work, args=[theirs]) for _, theirs in ends]
    try:
        for worker in workers:
            worker.start()
        assert len({ours.recv() for ours, _ in ends}) == 2
        told = []
        for ours, _ in ends:
            ours.send(True)
            told.append(ours.recv()["GET", "/health/live", "200"])
        assert told == [10, 10]
    finally:
        for ours, _ in ends:
            ours.send(False)
        for worker in workers:
            worker.join(60)
