"""While one request waits, others are answered."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

PATIENCE = 10.0


class Holding:
    """An upstream that says when it is asked, and answers when it is allowed to."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.allowed = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the request."""
        self.asked.set()
        await run_in_threadpool(self.allowed.wait, PATIENCE)
        await JSONResponse("at last")(scope, receive, send)


HOLDING = Holding()


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """Send a request aside, in a thread of its own."""
    with ThreadPoolExecutor() as pool:
        yield pool


def in_threads(client: TestClient) -> int:
    """Ask the app's event loop how many threads are at work for it now."""
    assert client.portal is not None
    return client.portal.call(lambda: current_default_thread_limiter().borrowed_tokens)


@pytest.mark.parametrize("upstream_url", [HOLDING], ids=["holding"], indirect=True)
def test_while_the_upstream_is_asked_others_are_answered(
    client: TestClient, aside: ThreadPoolExecutor
) -> None:
    path = f"/tasks/{client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"

    slow = aside.submit(client.get, path)
    assert HOLDING.asked.wait(PATIENCE)
    meanwhile = client.get("/tasks")
    HOLDING.allowed.set()

    assert meanwhile.status_code == 200
    assert slow.result(PATIENCE).json()["external"] == "at last"


def test_while_a_thread_sleeps_others_are_answered(
    client: TestClient, aside: ThreadPoolExecutor
) -> None:
    slow = aside.submit(client.get, "/sync-endpoint")
    deadline = time.monotonic() + PATIENCE
    while in_threads(client) == 0 and time.monotonic() < deadline:
        assert not slow.done(), "The operation held up the event loop, or ended at once."

    assert client.get("/tasks").status_code == 200
    assert not slow.done()
    assert slow.result(PATIENCE).json()["message"]
