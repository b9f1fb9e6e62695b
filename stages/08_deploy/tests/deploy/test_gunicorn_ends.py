"""How gunicorn ends, and how it starts: in order, in time, and in lines that a machine can read."""

import json
import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest
from databases import Database
from gunicorns import WORKERS, Gunicorn, gunicorn, runs
from servers import DEADLINE, posix_only

pytestmark = posix_only


@pytest.fixture
def short_lived(migrated_server: Database, tmp_path: Path) -> Iterator[Gunicorn]:
    """Run one for a single test; whatever is in flight at its end gets few seconds."""
    with gunicorn(
        tmp_path, DATABASE_URL=migrated_server.url, GRACEFUL_TIMEOUT="5", ENVIRONMENT="production"
    ) as server:
        yield server


def test_the_end_waits_for_what_is_in_flight(short_lived: Gunicorn) -> None:
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(short_lived.get, "/held")
        short_lived.until((short_lived.folder / "begun").exists)
        short_lived.signal(signal.SIGTERM)
        short_lived.until(lambda: "Shutting down" in short_lived.log)
        assert not answer.done()
        (short_lived.folder / "released").touch()

        assert answer.result(DEADLINE).text == "Done"
    assert short_lived.wait() == 0


def test_the_end_does_not_wait_for_ever_and_is_in_order(short_lived: Gunicorn) -> None:
    with httpx2.stream("GET", f"{short_lived.url}/endless", timeout=DEADLINE) as stream:
        chunks = stream.iter_bytes()  # the stream ends with this variable
        assert next(chunks) == b"begun"
        short_lived.workers()
        short_lived.signal(signal.SIGTERM)
        assert short_lived.wait() == 0

    assert short_lived.log.count("Application shutdown complete.") == WORKERS
    assert "SIGKILL" not in short_lived.log


def test_a_wrong_setting_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    with gunicorn(tmp_path, SECRET_KEY="hunter2") as server:
        assert server.wait() == 1

    assert server.log.count("SECRET_KEY") == 1
    assert "Traceback" not in server.log
    assert "hunter2" not in server.log


def test_systemd_is_told_when_requests_are_taken(migrated_server: Database, tmp_path: Path) -> None:
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(f"{folder}/notify")
        told.settimeout(DEADLINE)
        url, notify = migrated_server.url, f"{folder}/notify"
        with gunicorn(tmp_path, DATABASE_URL=url, NOTIFY_SOCKET=notify) as server:
            assert "READY=1" in told.recv(4096).decode().splitlines()
            assert server.get("/health/ready").status_code == 200


def test_each_line_of_the_log_is_json_and_there_once(short_lived: Gunicorn) -> None:
    before = short_lived.workers()
    short_lived.signal(signal.SIGHUP)
    short_lived.until(lambda: not any(map(runs, before)))
    short_lived.workers()
    short_lived.signal(signal.SIGTERM)
    short_lived.wait()

    lines = [json.loads(line) for line in short_lived.log.splitlines()]
    written = Counter((line["logger"], line["event"]) for line in lines)
    assert written["gunicorn.error", "Handling signal: hup"] == 1
    assert written["gunicorn.error", "Handling signal: term"] == 1
    assert written["uvicorn.error", "Application startup complete."] == 2 * WORKERS


def test_what_others_have_counted_is_forgotten(migrated_server: Database, tmp_path: Path) -> None:
    metrics, url = tmp_path / "metrics", migrated_server.url
    metrics.mkdir()
    (metrics / "counter_1.db").touch()

    with gunicorn(tmp_path, DATABASE_URL=url, PROMETHEUS_MULTIPROC_DIR=str(metrics)) as server:
        killed = min(server.workers())
        in_progress = metrics / f"gauge_livesum_{killed}.db"
        assert not (metrics / "counter_1.db").exists(), "An earlier gunicorn left it."
        assert in_progress.exists()

        os.kill(killed, signal.SIGKILL)
        server.until(lambda: not in_progress.exists())
        server.signal(signal.SIGTERM)
        server.wait()

    assert not metrics.exists()
