"""Two workers of a real server: whichever is asked, it answers for both."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from scraping import value

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="hands a socket to the server")

FOLDER = Path(__file__).parent
CREATED = "items_created_total"
IN_PROGRESS = "http_requests_in_progress"


class Shop:
    """The app under two workers."""

    def __init__(self, address: tuple[str, int], numbers: Path) -> None:
        self.address = address
        self.numbers = numbers
        # Each request has a connection of its own, so that any worker may take it.
        self.client = httpx2.Client(
            base_url=f"http://{address[0]}:{address[1]}", headers={"Connection": "close"}
        )

    def create(self) -> None:
        """Create an item."""
        assert self.client.post("/items", json={"name": "Teapot"}).status_code == 201

    def read(self, name: str) -> float:
        """Return the sum of all series of a name, as one of the workers says it."""
        return value(self.client.get("/metrics").raise_for_status().text, name)

    def workers(self) -> set[int]:
        """Return the processes that live, and have written all their numbers."""
        gauges = self.numbers.glob("gauge_livesum_*.db")
        pids = {int(file.stem.rpartition("_")[2]) for file in gauges}
        return {pid for pid in pids if self.counted(pid)}

    def counted(self, pid: int) -> bytes:
        """Return the file with what a process has counted; it is made after the gauge's."""
        file = self.numbers / f"counter_{pid}.db"
        return file.read_bytes() if file.exists() else b""


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; fail when it never does."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"In vain waited for: {what}"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Serve the app with two workers, until both are there."""
    folder = tmp_path_factory.mktemp("shop")
    with (
        socket.create_server(("127.0.0.1", 0), backlog=500) as listener,
        (folder / "log").open("wb") as log,
    ):
        command = ["uvicorn", "main:app", f"--fd={listener.fileno()}", "--workers=2"]
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--timeout-graceful-shutdown=1"],
            cwd=FOLDER,
            env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder / "numbers")},
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()],
        )
        shop = Shop(listener.getsockname(), folder / "numbers")
    try:
        with shop.client:
            until(lambda: process.poll() is None and len(shop.workers()) == 2, "two workers")
            yield shop
    finally:
        process.terminate()
        process.wait(60)


def test_each_worker_answers_for_both(shop: Shop) -> None:
    before, requests = shop.read(CREATED), shop.read("http_requests_total")
    created = 0

    def both_have_created() -> bool:
        nonlocal created
        shop.create()
        created += 1
        return all(b"/items" in shop.counted(pid) for pid in shop.workers())

    until(both_have_created, "a request for each worker")

    assert {shop.read(CREATED) for _ in range(10)} == {before + created}
    assert {shop.read("http_requests_total") for _ in range(10)} == {requests + created}
    assert shop.read(IN_PROGRESS) == 0


def test_what_a_killed_worker_had_in_progress_is_forgotten_and_what_it_counted_is_not(
    shop: Shop,
) -> None:
    shop.create()
    created = shop.read(CREATED)
    before = shop.workers()
    with socket.create_connection(shop.address) as half:
        # A request whose body does not come is in progress.
        half.sendall(b"POST /items HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\n{")
        until(lambda: shop.read(IN_PROGRESS) == 1, "a request in progress")
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not before & shop.workers() and len(shop.workers()) == 2, "new workers")

    assert shop.read(IN_PROGRESS) == 0
    assert shop.read(CREATED) == created
