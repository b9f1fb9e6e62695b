"""Gunicorn with two workers, for real: they come and go, and nobody notices."""

import os
import re
import signal
from collections.abc import Iterator

import httpx2
import pytest
from databases import Database
from gunicorns import TESTUSER, Gunicorn, gunicorn, runs
from load import TASKS, load
from servers import DEADLINE, posix_only
from tokens import NEVER, MakeToken

pytestmark = posix_only

COUNTED = re.compile(
    r'^http_requests_total{method="GET",route="/api/v1/tasks",status="200"} (\S+)$', re.MULTILINE
)


@pytest.fixture(scope="session")
def running(
    migrated_server: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gunicorn]:
    """Run gunicorn with a PostgreSQL behind it; the tests of this file share it."""
    folder = tmp_path_factory.mktemp("gunicorn")
    with gunicorn(folder, DATABASE_URL=migrated_server.url) as server:
        yield server


@pytest.fixture
def authorization(migrated_server: Database, make_token: MakeToken) -> dict[str, str]:
    """Give the headers of testuser's requests."""
    migrated_server.clear()
    return {"Authorization": f"Bearer {make_token({'sub': TESTUSER, 'exp': NEVER})}"}


def counted(server: Gunicorn) -> float:
    """Return how many lists of tasks all workers together say to have answered."""
    found = COUNTED.search(server.get("/metrics").text)
    return float(found[1]) if found else 0


def test_a_killed_worker_is_replaced(running: Gunicorn) -> None:
    killed, other = running.workers()

    os.kill(killed, signal.SIGKILL)
    running.until(lambda: not runs(killed))
    now = running.workers()

    assert other in now
    assert killed not in now


def test_a_reload_under_load_loses_no_request(
    running: Gunicorn, authorization: dict[str, str]
) -> None:
    before = running.workers()
    with load(running.url, authorization) as requests:
        requests.wait_for_more(100)
        running.signal(signal.SIGHUP)
        running.until(lambda: not any(map(runs, before)))
        requests.wait_for_more(100)

    assert requests.failed == []
    assert not before & running.workers()


def test_all_workers_together_say_what_each_has_counted(
    running: Gunicorn, authorization: dict[str, str]
) -> None:
    workers = running.workers()
    before = counted(running)
    answered = dict.fromkeys(workers, 0)
    while min(answered.values()) < 5:
        with httpx2.Client(base_url=running.url, timeout=DEADLINE) as client:
            assert client.get(TASKS, headers=authorization).status_code == 200
            answered[client.get("/worker").json()["process"]] += 1
    # A request is counted when its answer has been sent.
    running.until(lambda: counted(running) - before == sum(answered.values()))

    os.kill(min(workers), signal.SIGKILL)
    running.until(lambda: not runs(min(workers)))
    running.workers()
    assert counted(running) - before == sum(answered.values()), "What it had counted stays."
