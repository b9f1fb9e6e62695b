"""Gunicorn for real: workers come, are replaced, and end; requests do not notice."""

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gunicorns import DEADLINE, Gunicorn, gunicorn, posix_only, runs
from load import load
from price_server import Upstream

pytestmark = posix_only


def test_there_are_as_many_workers_as_web_concurrency_says(tmp_path: Path) -> None:
    with gunicorn(tmp_path, WEB_CONCURRENCY="3") as server:
        workers = server.wait_for_workers(3)
        with server.client() as client:
            assert client.get("/worker").json()["process"] in workers
            assert client.get("/docs").status_code == 404

    assert len(re.findall("Booting worker", server.log)) == 3


def test_a_killed_worker_is_replaced(running: Gunicorn) -> None:
    killed, other = running.workers()

    os.kill(killed, signal.SIGKILL)
    running.until(lambda: not runs(killed), "the killed worker is gone")
    now = running.wait_for_workers(2)

    assert other in now
    assert killed not in now


def test_a_reload_under_load_loses_no_request(running: Gunicorn) -> None:
    """A GET is sent once more when its connection was closed, as a browser does.

    A worker that ends closes idle connections, and cannot know that a request is on its way.
    """
    before = running.workers()
    with load(running.url) as requests:
        requests.wait_for_more(50)
        running.process.send_signal(signal.SIGHUP)
        running.until(lambda: not any(map(runs, before)), "the old workers are gone")
        running.wait_for_workers(2)
        requests.wait_for_more(50)

    assert requests.failed == []


def test_the_end_waits_for_what_is_in_flight(running: Gunicorn, upstream: Upstream) -> None:
    with running.client() as client, ThreadPoolExecutor() as pool:
        upstream.keep_back()
        answer = pool.submit(client.get, "/prices/pear")
        assert upstream.asked.wait(DEADLINE)
        running.process.terminate()
        running.until(lambda: len(running.said_by("Shutting down")) == 2, "both workers end")
        assert not answer.done()
        upstream.released.set()

        assert answer.result(DEADLINE).json()["cents"] == 50
    assert running.process.wait(DEADLINE) == 0
    assert running.log.count("Application shutdown complete.") == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_other_signals_end_it_as_gently(running: Gunicorn, number: signal.Signals) -> None:
    running.process.send_signal(number)

    assert running.process.wait(DEADLINE) == 0
    assert running.log.count("Application shutdown complete.") == 2
    assert "SIGKILL" not in running.log


def test_the_end_does_not_wait_for_ever(tmp_path: Path, upstream: Upstream) -> None:
    settings = {"UPSTREAM_URL": upstream.url, "GRACEFUL_TIMEOUT": "4", "WEB_CONCURRENCY": "1"}
    with (
        gunicorn(tmp_path, **settings) as server,
        server.client() as client,
        ThreadPoolExecutor() as pool,
    ):
        upstream.keep_back()
        answer = pool.submit(client.get, "/prices/pear")
        assert upstream.asked.wait(DEADLINE)
        server.process.terminate()
        assert server.process.wait(DEADLINE) == 0
        assert answer.result(DEADLINE).status_code == 500

    assert "Cancel 1 running task(s)" in server.log
    assert "SIGKILL" not in server.log


def test_the_timeout_is_for_a_worker_without_a_sign_of_life_and_not_for_a_slow_request(
    tmp_path: Path, upstream: Upstream
) -> None:
    settings = {"UPSTREAM_URL": upstream.url, "WORKER_TIMEOUT": "1"}
    with gunicorn(tmp_path, **settings) as server, ThreadPoolExecutor() as pool:
        workers = server.wait_for_workers(2)
        with server.client() as client:
            slow = client.get("/worker").json()["process"]
            upstream.keep_back()
            answer = pool.submit(client.get, "/prices/pear")
            assert upstream.asked.wait(DEADLINE)
            (silent,) = workers - {slow}
            os.kill(silent, signal.SIGSTOP)
            server.until(lambda: not runs(silent), "the silent worker is killed")
            upstream.released.set()

            assert answer.result(DEADLINE).json()["process"] == slow
    assert f"WORKER TIMEOUT (pid:{silent})" in server.log
    assert f"WORKER TIMEOUT (pid:{slow})" not in server.log


def test_all_that_is_logged_goes_to_standard_output_and_nothing_is_left_behind(
    running: Gunicorn, tmp_path: Path
) -> None:
    with running.client() as client:
        client.get("/health/live")
    running.until(lambda: '"GET /health/live HTTP/1.1" 200' in running.log, "it is logged")
    running.process.terminate()
    assert running.process.wait(DEADLINE) == 0

    assert "Handling signal: term" in running.log
    assert (tmp_path / "errors").read_text() == ""
    assert {path.name for path in tmp_path.iterdir()} == {"log", "errors"}, "HOME stays empty"
