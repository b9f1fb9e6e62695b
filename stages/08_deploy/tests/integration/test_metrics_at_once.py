"""Numbers of several requests at once, and of several workers."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
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
    progress = app.state.metrics.in_progress._value  # no other way to ask one app
    begun = anyio.Event()

    async def look(message: Message) -> None:
        if message["type"] == "http.response.body":
            begun.set()
            await anyio.sleep_forever()

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def run() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(app, scope, receive, look)
            await begun.wait()
            assert progress.get() == 1
            group.cancel_scope.cancel()

    anyio.run(run)

    assert progress.get() == 0


def work() -> tuple[int, float]:
    """Be a worker: answer some requests, and say who this is and how many were answered."""
    with client_of(new_app()) as client:
        for _ in range(5):
            client.get("/health/live")
        return os.getpid(), counted(client)["GET", "/health/live", "200"]


def test_each_worker_tells_what_all_have_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    spawn = multiprocessing.get_context("spawn")  # The library looks at the variable but once.
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
        first, second = pool.submit(work).result(), pool.submit(work).result()

    assert first[0] != second[0]
    assert [first[1], second[1]] == [5, 10]
