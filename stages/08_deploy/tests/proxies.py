"""Nginx, with the settings of `nginx/nginx.conf`."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest
import watched
from databases import LESSON, Database
from gunicorns import TESTUSER, Gunicorn, gunicorn
from servers import DEADLINE, until
from tokens import NEVER, MakeToken

CONFIGURATION = LESSON / "nginx" / "nginx.conf"
LISTEN, APP, CERTIFICATES = "listen 8080;", "server api:8000;", "/etc/nginx/certificates/"


def find_nginx() -> str:
    """Return where nginx is; skip the test when there is none."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("nginx was not found. Install Debian's nginx.")
    return found


def prepare(folder: Path, app: str, port: int, *, secure: bool = False) -> list[str]:
    """Write the configuration with other places in it; return the command that runs nginx."""
    text = CONFIGURATION.read_text()
    places = {
        "/tmp/": f"{folder}/",  # noqa: S108  # what is replaced
        LISTEN: f"listen 127.0.0.1:{port};",
        APP: f"server {app};",
    }
    if secure:  # The lines for that are there, as comments.
        text = re.sub(r"# (listen 443 ssl;|ssl_\w+ .*;)", r"\1", text)
        places |= {LISTEN: "", "listen 443": f"listen 127.0.0.1:{port}", CERTIFICATES: f"{folder}/"}
    for usual, ours in places.items():
        if usual not in text:
            pytest.fail(f"There is no `{usual}` in {CONFIGURATION.name}.")
        text = text.replace(usual, ours)
    (folder / "nginx.conf").write_text(text)
    # Its workers would run as another account, which has no access to the tests' folders.
    account = "user root;" if os.geteuid() == 0 else ""
    places_of_its_own = ["-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
    return [find_nginx(), *places_of_its_own, "-g", f"daemon off; {account}"]


def check(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Let nginx check its configuration."""
    return subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)


@contextmanager
def nginx(folder: Path, app: str, *, secure: bool = False) -> Iterator[str]:
    """Run nginx in front of `app`, on a port that the kernel chooses; give its URL.

    It takes over the socket as it would from an nginx that makes room for a newer one.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        number, port = listener.fileno(), listener.getsockname()[1]
        command = prepare(folder, app, port, secure=secure)
        with (folder / "log").open("wb") as log:
            process = watched.start(
                command,
                signal.SIGKILL,
                {},
                cwd=folder,
                env={"PATH": os.environ["PATH"], "NGINX": f"{number};"},
                pass_fds=[number],
                stdout=log,
                stderr=log,
            )
    try:
        until(lambda: (folder / "nginx.pid").exists() or process.poll() is not None)
        if process.poll() is not None:
            pytest.fail(f"nginx has ended.\n{(folder / 'log').read_text()}")
        yield f"{'https' if secure else 'http'}://127.0.0.1:{port}"
    finally:
        watched.stop(process)


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
def proxied(front: str, make_token: MakeToken) -> Iterator[httpx2.Client]:
    """Speak to nginx as testuser."""
    token = make_token({"sub": TESTUSER, "exp": NEVER})
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=front, headers=headers, timeout=DEADLINE) as client:
        yield client
