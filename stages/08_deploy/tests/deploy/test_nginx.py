"""Nginx in front of gunicorn, for real: what it passes on, what it adds, and what it keeps back."""

import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest
from databases import Database
from gunicorns import Gunicorn, gunicorn
from load import TASKS
from proxies import CONFIGURATION, check, nginx, prepare
from servers import DEADLINE, posix_only
from tokens import NEVER, MakeToken
from websockets.sync.client import connect

pytestmark = posix_only

TESTUSER = "7e57ed00-0000-4000-a000-000000000001"
CLAIMS = {"X-Forwarded-For": "192.0.2.66", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="session")
def socket_file() -> Iterator[Path]:
    """Give the name of the socket between the two; such a name has to be short."""
    with TemporaryDirectory() as folder:
        yield Path(folder) / "app.sock"


@pytest.fixture(scope="session")
def behind(
    migrated_server: Database, socket_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gunicorn]:
    """Run gunicorn on a socket that is a file, with a PostgreSQL behind it."""
    folder = tmp_path_factory.mktemp("behind")
    url = migrated_server.url
    with gunicorn(folder, socket_file=socket_file, DATABASE_URL=url) as server:
        yield server


@pytest.fixture(scope="session")
def front(
    behind: Gunicorn, socket_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Run nginx in front of it; give its URL."""
    with nginx(tmp_path_factory.mktemp("nginx"), f"unix:{socket_file}") as url:
        behind.until(socket_file.exists)
        yield url


@pytest.fixture
def client(front: str, make_token: MakeToken) -> Iterator[httpx2.Client]:
    """Speak to nginx as testuser."""
    token = make_token({"sub": TESTUSER, "exp": NEVER})
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=front, headers=headers, timeout=DEADLINE) as client:
        yield client


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


def test_the_app_is_reached(client: httpx2.Client, migrated_server: Database) -> None:
    migrated_server.clear()
    made = client.post(TASKS, json={"title": "Buy milk"})
    assert made.status_code == 201
    assert client.get(TASKS).json() == [made.json()]


def test_only_the_proxy_can_open_the_socket(client: httpx2.Client, socket_file: Path) -> None:
    assert client.get("/health/live").is_success
    assert not socket_file.stat().st_mode & stat.S_IRWXO


def test_the_app_is_told_who_asks(front: str) -> None:
    transport = httpx2.HTTPTransport(local_address="127.0.0.2")
    with httpx2.Client(base_url=front, transport=transport, timeout=DEADLINE) as client:
        seen = client.get("/worker").json()
    assert (seen["client"], seen["scheme"]) == ("127.0.0.2", "http")


def test_the_app_is_not_told_what_the_client_says_of_itself(client: httpx2.Client) -> None:
    seen = client.get("/worker", headers=CLAIMS).json()
    assert (seen["client"], seen["scheme"]) == ("127.0.0.1", "http")


def test_the_proxy_is_believed(client: httpx2.Client, socket_file: Path) -> None:
    assert client.get("/health/live").is_success
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


def test_a_redirect_leads_back_to_the_proxy(client: httpx2.Client, front: str) -> None:
    assert client.get(f"{TASKS}/").headers["Location"] == f"{front}{TASKS}"


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/./metrics", "/x/..%2fmetrics"]
)
def test_the_numbers_are_kept_back(client: httpx2.Client, front: str, path: str) -> None:
    answer = client.get(front + path)
    assert answer.status_code == 404
    assert "http_requests" not in answer.text


def test_a_body_is_refused_as_the_app_refuses_it(client: httpx2.Client) -> None:
    headers = {"Content-Type": "application/json"}
    upload = client.post(TASKS, content=b" " * 2_000_000, headers=headers)
    largest = client.post(TASKS, content=b" " * 1_000_000, headers=headers)

    assert upload.status_code == 413
    assert upload.json() == {"detail": "The body is too large"}
    assert upload.headers["Content-Type"] == "application/json"
    assert largest.status_code == 422


def test_long_answers_are_compressed(client: httpx2.Client) -> None:
    answer = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.json()["info"]["title"] == "Task Manager"


def test_a_websocket_goes_through(front: str) -> None:
    with connect(f"{front.replace('http', 'ws', 1)}/echo", open_timeout=DEADLINE) as websocket:
        websocket.send("Hello")
        assert websocket.recv(DEADLINE) == "Hello"


def test_a_request_has_one_id_everywhere(client: httpx2.Client, behind: Gunicorn) -> None:
    answer = client.get("/health/live", headers={"X-Request-ID": "made-by-the-client"})
    made = client.get("/health/live").headers["X-Request-ID"]

    assert answer.headers["X-Request-ID"] == "made-by-the-client"
    behind.until(lambda: made in behind.log)


def test_an_app_that_is_not_there_is_said_to_be_away_for_a_while(tmp_path: Path) -> None:
    with TemporaryDirectory() as folder, nginx(tmp_path, f"unix:{folder}/nobody.sock") as url:
        answer = httpx2.get(f"{url}/health/live", timeout=DEADLINE)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json() == {"detail": "The app cannot be reached now"}
