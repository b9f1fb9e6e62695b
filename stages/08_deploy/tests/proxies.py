"""Nginx, with the settings of `nginx/nginx.conf`."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import watched
from databases import LESSON
from servers import until

CONFIGURATION = LESSON / "nginx" / "nginx.conf"
LISTEN, APP = "listen 8080;", "server api:8000;"


def find_nginx() -> str:
    """Return where nginx is; skip the test when there is none."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("nginx was not found. Install Debian's nginx.")
    return found


def prepare(folder: Path, app: str, port: int) -> list[str]:
    """Write the configuration with other places in it; return the command that runs nginx."""
    text = CONFIGURATION.read_text()
    places = {
        "/tmp/": f"{folder}/",  # noqa: S108  # what is replaced
        LISTEN: f"listen 127.0.0.1:{port};",
        APP: f"server {app};",
    }
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
def nginx(folder: Path, app: str) -> Iterator[str]:
    """Run nginx in front of `app`, on a port that the kernel chooses; give its URL.

    It takes over the socket as it would from an nginx that makes room for a newer one.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        number, port = listener.fileno(), listener.getsockname()[1]
        command = prepare(folder, app, port)
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
        yield f"http://127.0.0.1:{port}"
    finally:
        watched.stop(process)
