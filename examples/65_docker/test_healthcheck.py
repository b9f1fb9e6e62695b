"""The program that the image's health check runs: one good answer, and many that are not."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from healthcheck import is_live, read_port

PROGRAM = Path(__file__).resolve().parent / "healthcheck.py"


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Serve one request with these bytes, whatever it asks; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=10)


def status(line: str) -> bytes:
    """Return an answer with no body."""
    return f"HTTP/1.1 {line}\r\nContent-Length: 0\r\nLocation: /\r\n\r\n".encode()


def by_function(port: int) -> bool:
    """Ask in this process."""
    return is_live(port)


def by_program(port: int) -> bool:
    """Ask as the image does, where a proxy is set, too."""
    settings = {"PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, PROGRAM], env=os.environ | settings, check=False)
    assert done.returncode in (0, 1)
    return done.returncode == 0


@pytest.mark.parametrize("ask", [by_function, by_program])
def test_200_is_good(ask: Callable[[int], bool]) -> None:
    with answering(status("200 OK")) as port:
        assert ask(port)


@pytest.mark.parametrize(
    "answer",
    [
        status("503 Service Unavailable"),
        status("404 Not Found"),
        status("307 Temporary Redirect"),
        b"what?\r\n\r\n",
        b"",
    ],
)
def test_all_else_is_bad(answer: bytes) -> None:
    with answering(answer) as port:
        assert not is_live(port)


def test_the_program_ends_with_1_when_the_answer_is_bad() -> None:
    with answering(status("503 Service Unavailable")) as port:
        assert not by_program(port)


def test_nobody_at_the_port_is_bad() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but not listening: a connection is refused
        assert not is_live(taken.getsockname()[1])


@pytest.mark.parametrize("port", ["", "x", "-1", "65536", "\u0663", "9" * 5000])
def test_a_bad_port_is_bad_and_told_in_one_sentence(port: str) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM],
        env=os.environ | {"PORT": port},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"PORT has to be a number up to 65535, not {port!r}.\n"


def test_without_a_port_it_asks_where_the_app_is_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert read_port() == 8000
