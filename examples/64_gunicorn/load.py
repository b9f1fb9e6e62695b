"""Requests without a pause, from several threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

CLOSED = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
"""What is raised when the other side closes a connection."""
DEADLINE = 60.0


class Load:
    """Threads that send one GET after the other, until they are told to stop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answered = 0
        self.failed: list[str] = []
        self.changed = threading.Condition()
        self.stopped = False

    def one(self, client: httpx2.Client) -> httpx2.Response:
        """Send a GET, and once more when the connection was closed."""
        try:
            return client.get("/health/live")
        except CLOSED:
            return client.get("/health/live")

    def run(self) -> None:
        """Be one of the threads."""
        with httpx2.Client(base_url=self.url, timeout=DEADLINE, trust_env=False) as client:
            while not self.stopped:
                try:
                    failed = "" if (answer := self.one(client)).status_code == 200 else answer.text
                except httpx2.TransportError as error:
                    failed = repr(error)
                with self.changed:
                    self.answered += not failed
                    self.failed += [failed] if failed else []
                    self.changed.notify_all()

    def wait_for_more(self, number: int) -> None:
        """Wait until so many more are answered."""
        with self.changed:
            wanted = self.answered + number
            if not self.changed.wait_for(lambda: self.answered >= wanted, DEADLINE):
                pytest.fail(f"Too few answers; failed: {self.failed}")


@contextmanager
def load(url: str, number: int = 4) -> Iterator[Load]:
    """Let so many threads ask all the time."""
    made = Load(url)
    threads = [threading.Thread(target=made.run) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stopped = True
        for thread in threads:
            thread.join(DEADLINE)
