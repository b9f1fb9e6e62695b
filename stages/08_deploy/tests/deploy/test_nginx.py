"""Nginx in front of gunicorn, for real: what it passes on, what it adds, and what it keeps back."""

from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest
from databases import Database
from gunicorns import Gunicorn
from load import TASKS
from proxies import CONFIGURATION, check, nginx, prepare
from servers import DEADLINE, posix_only
from websockets.sync.client import connect

pytestmark = posix_only


def test_the_configuration_is_good(tmp_path: Path) -> None:
    found = check(prepare(tmp_path, "127.0.0.1:8000", 8080))
    assert found.returncode == 0, found.stderr
    assert "[warn]" not in found.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("proxy_set_header", "proxy_set_haeder"), ("$scheme", "$shceme"), ("10s", "10q")],
)
def test_a_mistake_in_the_configuration_is_noticed(tmp_path: Path, right: str, wrong: str) -> None:
    command = prepare(tmp_path, "127.0.0.1:8000", 8080)
    copy = tmp_path / CONFIGURATION.name
    assert right in copy.read_text()
    copy.write_text(copy.read_text().replace(right, wrong))
    assert check(command).returncode != 0


def test_the_app_is_reached(proxied: httpx2.Client, migrated_server: Database) -> None:
    migrated_server.clear()
    made = proxied.post(TASKS, json={"title": "Buy milk"})
    assert made.status_code == 201
    assert proxied.get(TASKS).json() == [made.json()]


def test_a_redirect_leads_back_to_the_proxy(proxied: httpx2.Client, front: str) -> None:
    assert proxied.get(f"{TASKS}/").headers["Location"] == f"{front}{TASKS}"


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/./metrics", "/x/..%2fmetrics"]
)
def test_the_numbers_are_kept_back(proxied: httpx2.Client, front: str, path: str) -> None:
    answer = proxied.get(front + path)
    assert answer.status_code == 404
    assert "http_requests" not in answer.text


def test_a_body_is_refused_as_the_app_refuses_it(proxied: httpx2.Client) -> None:
    headers = {"Content-Type": "application/json"}
    upload = proxied.post(TASKS, content=b" " * 2_000_000, headers=headers)
    largest = proxied.post(TASKS, content=b" " * 1_000_000, headers=headers)

    assert upload.status_code == 413
    assert upload.json() == {"detail": "The body is too large"}
    assert upload.headers["Content-Type"] == "application/json"
    assert largest.status_code == 422


def test_long_answers_are_compressed(proxied: httpx2.Client) -> None:
    answer = proxied.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.json()["info"]["title"] == "Task Manager"


def test_a_websocket_goes_through(front: str) -> None:
    with connect(f"{front.replace('http', 'ws', 1)}/echo", open_timeout=DEADLINE) as websocket:
        websocket.send("Hello")
        assert websocket.recv(DEADLINE) == "Hello"


def test_a_request_has_one_id_everywhere(proxied: httpx2.Client, behind: Gunicorn) -> None:
    answer = proxied.get("/health/live", headers={"X-Request-ID": "made-by-the-client"})
    made = proxied.get("/health/live").headers["X-Request-ID"]

    assert answer.headers["X-Request-ID"] == "made-by-the-client"
    behind.until(lambda: made in behind.log)


def test_an_app_that_is_not_there_is_said_to_be_away_for_a_while(tmp_path: Path) -> None:
    with TemporaryDirectory() as folder, nginx(tmp_path, f"unix:{folder}/nobody.sock") as url:
        answer = httpx2.get(f"{url}/health/live", timeout=DEADLINE)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json() == {"detail": "The app cannot be reached now"}
