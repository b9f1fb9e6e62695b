"""Requests without a pause, from several threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from gunicorns import CLOSED
from servers import DEADLINE

TASKS = "/api/v1/tasks"


class Load:
    """Threads that ask for the tasks, one request after the other, until they are told to stop."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.options = {"base_url": url, "headers": headers, "timeout": DEADLINE}
        self.answered = 0
        self.failed: list[str] = []
        self.changed = threading.Condition()
        self.stopped = False

    def one(self, client: httpx2.Client) -> httpx2.Response:
        """Send a request over a connection that is kept, and once more when that was closed."""
        try:
            return client.get(TASKS)
        except CLOSED:
            return client.get(TASKS)

    def run(self) -> None:
        """Be one of the threads."""
        with httpx2.Client(**self.options) as client:  # type: ignore[arg-type]
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
def load(url: str, headers: dict[str, str], number: int = 4) -> Iterator[Load]:
    """Let so many threads ask all the time."""
    made = Load(url, headers)
    threads = [threading.Thread(target=made.run) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stopped = True
        for thread in threads:
            thread.join(DEADLINE)
