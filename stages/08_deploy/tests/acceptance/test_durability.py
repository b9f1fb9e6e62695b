"""What the app has acknowledged is there, whatever happens to its process next."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx2
import pytest
from clients import add_prefix
from servers import DEADLINE, posix_only, serving

pytestmark = posix_only


@contextmanager
def signed_in(url: str) -> Iterator[httpx2.Client]:
    """Speak to the server as testuser."""
    with httpx2.Client(base_url=url, timeout=DEADLINE) as client:
        client.event_hooks["request"].append(add_prefix)
        answer = client.post("/token", data={"username": "testuser", "password": "password123"})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def all_ids(client: httpx2.Client) -> list[int]:
    """Return the IDs of all tasks, page by page."""
    found: list[int] = []
    while page := client.get("/tasks", params={"skip": len(found), "limit": 100}).json():
        found += [task["id"] for task in page]
    return found


class Writers:
    """Threads that create tasks until the server is gone, and note what it acknowledged."""

    def __init__(self, client: httpx2.Client, number: int) -> None:
        self.client = client
        self.acknowledged: list[int] = []
        self.changed = threading.Condition()
        self.threads = [threading.Thread(target=self.write) for _ in range(number)]
        for thread in self.threads:
            thread.start()

    def write(self) -> None:
        """Create one task after the other."""
        for number in count():
            try:
                answer = self.client.post("/tasks", json={"title": f"Task {number}"})
            except httpx2.TransportError:
                return
            with self.changed:
                if answer.status_code == 201:
                    self.acknowledged.append(answer.json()["id"])
                self.changed.notify()

    def wait_for(self, number: int) -> None:
        """Wait until so many are acknowledged."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.acknowledged) >= number, DEADLINE)


@pytest.mark.usefixtures("database")
def test_what_was_acknowledged_survives_the_death_of_the_server() -> None:
    with serving("app.main:app") as (url, kill), signed_in(url) as client:
        writers = Writers(client, 4)
        try:
            writers.wait_for(60)
        finally:
            kill()
            for thread in writers.threads:
                thread.join(DEADLINE)

    with serving("app.main:app") as (url, _), signed_in(url) as client:
        found = all_ids(client)

    assert set(writers.acknowledged) <= set(found)
    assert len(found) <= len(writers.acknowledged) + 4, "One more for each that waited, at most."
