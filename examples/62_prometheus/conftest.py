"""What the tests share: a client, what changes in the numbers, and operations of their own."""

import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from time import perf_counter

# Prometheus' client looks for it when it is imported. Here, all runs in one process.
os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)

import pytest
from fastapi import APIRouter, BackgroundTasks
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from main import app
from scraping import Scraper

router = APIRouter(include_in_schema=False)


class Gate:
    """Where an operation says that it runs, and waits until it may go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.asked_at = 0.0


gate = Gate()


@router.get("/wait")
def wait() -> None:
    """Wait at the gate."""
    gate.reached.set()
    gate.opened.wait(30)


@router.get("/stream")
async def stream(*, breaks: bool = False) -> StreamingResponse:
    """Answer in two parts, the second of which may never come."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        time.sleep(0.05)  # noqa: ASYNC251  # The answer is not over yet.
        if breaks:
            raise RuntimeError
        yield b"two"

    return StreamingResponse(parts())


@router.get("/after")
def after(tasks: BackgroundTasks) -> None:
    """Answer, and then work on for longer than all took since the test asked."""
    tasks.add_task(lambda: time.sleep(perf_counter() - gate.asked_at + 0.01))


app.include_router(router, prefix="/tests")


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Speak to the app."""
    gate.__init__()  # type: ignore[misc]
    with TestClient(app, "http://localhost", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def scraper(client: TestClient) -> Scraper:
    """Read the numbers as they are before the test."""
    return Scraper(lambda: client.get("/metrics").text)
