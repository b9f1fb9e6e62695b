"""However the server is started by hand, its own lines are JSON, too."""

import sys
from pathlib import Path

import httpx2
import pytest

from servers import serving
from story import lines

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="hands a socket to the server")


def test_workers_and_their_parent_write_json_by_the_same_file(tmp_path: Path) -> None:
    options = ["--workers=2", "--log-config=log_config.json"]
    with serving(tmp_path, "main:app", *options) as server:
        server.until("Application startup complete.", times=2)

    found = lines(server.text())
    events = [line["event"] for line in found]
    assert any(event.startswith("Started parent process") for event in events)
    assert {line["service"] for line in found} == {"shop"}
    assert server.errors.read_text(encoding="utf-8") == ""


def test_what_was_asked_of_the_servers_lines_holds(tmp_path: Path) -> None:
    options = ["--no-access-log", "--log-level=warning"]
    with serving(tmp_path, "main:app", *options) as server:
        httpx2.get(f"{server.url}/items/7", timeout=60).raise_for_status()
        server.until("view_counted")

    assert {line["logger"] for line in lines(server.text())} == {"app"}
