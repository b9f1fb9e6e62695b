"""The app and the inventory as they run in earnest: two servers, each a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

HERE = Path(__file__).resolve().parent


@contextmanager
def server(app: str, log: Path, **variables: str) -> Iterator[str]:
    """Serve an app of this folder with uvicorn; yield its address, and stop it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as file:
        number = listener.fileno()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", app, f"--fd={number}"],
            cwd=HERE,
            env=os.environ | variables,
            pass_fds=[number],
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        # Who asks before it is ready waits: the socket listens, and does so until the server ends.
        yield address
    except httpx2.TransportError as error:
        said = log.read_text(encoding="utf-8")
        raise AssertionError(f"{app} does not answer. It said:\n{said}") from error
    finally:
        process.terminate()
        process.wait()


@dataclass
class Talk:
    """What two real servers answered and logged."""

    answers: dict[str, httpx2.Response]
    log: str


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """Start both servers, ask for this and that, and stop them."""
    folder = tmp_path_factory.mktemp("logs")
    paths = ["/inventory/APPLE", "/inventory/BROKEN", "/users/3", "/users/1"]
    with (
        server("inventory:app", folder / "inventory") as url,
        server("main:app", folder / "main", INVENTORY_URL=url) as main,
        httpx2.Client(base_url=main, timeout=60, trust_env=False) as client,
    ):
        # Not on one connection: after an exception uvicorn closes it, whatever the app says.
        answers = {path: client.get(path, headers={"Connection": "close"}) for path in paths}
    return Talk(answers, (folder / "main").read_text(encoding="utf-8"))


posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows passes no sockets on")


@posix_only
def test_two_servers_talk(talk: Talk) -> None:
    assert talk.answers["/inventory/APPLE"].json() == {"sku": "APPLE", "in_stock": 12}
    assert talk.answers["/inventory/BROKEN"].status_code == 502
    assert talk.answers["/inventory/BROKEN"].json()["error_code"] == "EXTERNAL_SERVICE_ERROR"


@posix_only
def test_the_log_has_the_traceback_of_an_unexpected_exception_once(talk: Talk) -> None:
    answer = talk.answers["/users/3"]

    assert answer.status_code == 500
    assert "alan" not in answer.text
    assert talk.log.count("Traceback (most recent call last)") == 1
    assert "in read_user" in talk.log


@posix_only
def test_the_app_goes_on_after_an_unexpected_exception(talk: Talk) -> None:
    assert talk.answers["/users/1"].status_code == 200


@posix_only
def test_the_log_says_why_the_inventory_failed(talk: Talk) -> None:
    assert "The inventory failed for BROKEN: HTTPStatusError" in talk.log
