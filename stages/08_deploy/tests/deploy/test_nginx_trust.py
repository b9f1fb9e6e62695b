"""Whose word counts for where a request comes from: the proxy's, and nobody else's."""

import ssl
import stat
from pathlib import Path

import httpx2
import pytest
from certificates import write_certificate
from databases import Database
from gunicorns import Gunicorn, gunicorn
from proxies import nginx
from servers import DEADLINE, posix_only

pytestmark = posix_only

CLAIMS = {"X-Forwarded-For": "192.0.2.66", "X-Forwarded-Proto": "https"}


def test_only_the_proxy_can_open_the_socket(proxied: httpx2.Client, socket_file: Path) -> None:
    assert proxied.get("/health/live").is_success
    assert not socket_file.stat().st_mode & stat.S_IRWXO


def test_the_app_is_told_who_asks(front: str) -> None:
    transport = httpx2.HTTPTransport(local_address="127.0.0.2")
    with httpx2.Client(base_url=front, transport=transport, timeout=DEADLINE) as client:
        seen = client.get("/worker").json()
    assert (seen["client"], seen["scheme"]) == ("127.0.0.2", "http")


def test_the_app_is_not_told_what_the_client_says_of_itself(proxied: httpx2.Client) -> None:
    seen = proxied.get("/worker", headers=CLAIMS).json()
    assert (seen["client"], seen["scheme"]) == ("127.0.0.1", "http")


def test_the_proxy_is_believed(proxied: httpx2.Client, socket_file: Path) -> None:
    assert proxied.get("/health/live").is_success
    transport = httpx2.HTTPTransport(uds=str(socket_file))
    with httpx2.Client(base_url="http://localhost", transport=transport) as proxy:
        seen = proxy.get("/worker", headers=CLAIMS).json()
    assert (seen["client"], seen["scheme"]) == ("192.0.2.66", "https")


@pytest.mark.parametrize(("proxy", "believed"), [("127.0.0.1", True), ("192.0.2.1", False)])
def test_without_a_socket_file_only_the_named_proxy_is_believed(
    migrated_server: Database, tmp_path: Path, proxy: str, believed: bool
) -> None:
    url = migrated_server.url
    with gunicorn(tmp_path, DATABASE_URL=url, FORWARDED_ALLOW_IPS=proxy) as server:
        seen = server.get("/worker", headers=CLAIMS).json()
    expected = ("192.0.2.66", "https") if believed else ("127.0.0.1", "http")
    assert (seen["client"], seen["scheme"]) == expected


def test_with_a_certificate_the_app_is_told_that_nobody_listens_in(
    behind: Gunicorn, socket_file: Path, tmp_path: Path
) -> None:
    behind.until(socket_file.exists)
    trusted = ssl.create_default_context(cafile=write_certificate(tmp_path))
    with (
        nginx(tmp_path, f"unix:{socket_file}", secure=True) as url,
        httpx2.Client(base_url=url, verify=trusted, timeout=DEADLINE) as client,
    ):
        assert client.get("/worker").json()["scheme"] == "https"
        assert client.get("/api/v1/tasks/").headers["Location"] == f"{url}/api/v1/tasks"
