"""However the server is started by hand, its own lines are JSON, too."""

import logging.config
import sys
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from uvicorn.config import LOGGING_CONFIG

from main import app
from servers import environment, lines, serving

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="hands a socket to the server")


@posix_only
def test_workers_and_their_parent_write_json_by_the_same_file(tmp_path: Path) -> None:
    options = ["--workers=2", "--log-config=log_config.json"]
    with serving(tmp_path, "main:app", *options) as server:
        server.until("Application startup complete.", times=2)

    found = lines(server.text())
    events = [line["event"] for line in found]
    assert any(event.startswith("Started parent process") for event in events)
    assert {line["service"] for line in found} == {"shop"}
    assert server.errors.read_text(encoding="utf-8") == ""


def test_what_the_environment_says_of_servers_is_not_for_those_of_the_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("WEB_CONCURRENCY", "UVICORN_WORKERS", "KEPT"):
        monkeypatch.setenv(name, "2")

    assert {"WEB_CONCURRENCY", "UVICORN_WORKERS", "KEPT"} & environment().keys() == {"KEPT"}


@posix_only
def test_a_server_that_was_asked_for_no_line_a_request_writes_none(tmp_path: Path) -> None:
    with serving(tmp_path, "main:app", "--no-access-log") as server:
        httpx2.get(f"{server.url}/items/7", timeout=60).raise_for_status()
        server.until("view_counted")

    assert {line["logger"] for line in lines(server.text())} == {"app", "uvicorn.error"}


def test_a_server_that_sets_up_its_logs_after_it_loads_the_app_writes_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.config.dictConfig(LOGGING_CONFIG)
    server = logging.getLogger("uvicorn.error")
    server.setLevel(logging.WARNING)  # as `--log-level warning` does
    with TestClient(app):
        server.info("Too much")
        server.warning("Take care")

    said = capsys.readouterr()
    assert [line["event"] for line in lines(said.out)] == ["Take care"]
    assert said.err == ""
