"""The app under uvicorn: many requests at once, and nobody believed who says who they are."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

import main

HERE = Path(__file__).parent


@contextmanager
def in_thread(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port, in a thread; give its URL."""
    config = uvicorn.Config(app, proxy_headers=False, log_level="warning")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def in_process() -> Iterator[str]:
    """Serve the app with the README's command, in a process of its own; give its URL.

    The socket listens before the server starts, so whoever connects is answered in the end.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.fileno()
        command = ["uvicorn", "main:app", "--no-proxy-headers", "--log-level=warning"]
        process = subprocess.Popen(
            [sys.executable, "-m", *command, f"--fd={number}"], cwd=HERE, pass_fds=[number]
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield url
    finally:
        process.terminate()
        process.wait()


def ask_as_many(url: str) -> list[int]:
    """Send 25 requests that claim to come from 25 addresses; return the status codes."""
    with httpx2.Client(base_url=url, trust_env=False, timeout=30) as client:
        return [
            client.get("/api/expensive", headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
            for n in range(25)
        ]


def test_of_a_hundred_requests_at_once_ten_get_through(app: FastAPI) -> None:
    async def ask(url: str) -> list[int]:
        limits = httpx2.Limits(max_connections=100)
        async with httpx2.AsyncClient(base_url=url, limits=limits, trust_env=False) as client:
            answers = await asyncio.gather(*(client.get("/api/expensive") for _ in range(100)))
        return sorted(answer.status_code for answer in answers)

    with in_thread(app) as url:
        codes = asyncio.run(ask(url))

    assert codes == [200] * 10 + [429] * 90


@pytest.mark.skipif(sys.platform == "win32", reason="hands a socket to the server")
def test_with_the_command_of_the_readme_a_made_up_header_does_not_count() -> None:
    with in_process() as url:
        codes = ask_as_many(url)

    # With 25 it does not matter if the clock of the server begins a new minute among them.
    assert set(codes) == {200, 429}
    assert codes.count(200) <= 20


def test_the_header_of_a_trusted_proxy_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1")
    with in_thread(main.create_app()) as url:
        codes = ask_as_many(url)

    assert codes == [200] * 25


def run(*command: str, proxies: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module or program to its end, in the folder, with `TRUSTED_PROXIES` set."""
    environment = os.environ | {"TRUSTED_PROXIES": proxies}
    program = [sys.executable, *command]
    return subprocess.run(program, cwd=HERE, env=environment, capture_output=True, text=True)


def test_a_bad_list_of_proxies_stops_the_server_with_one_sentence() -> None:
    ended = run("-m", "uvicorn", "main:app", "--port=0", proxies="nonsense")

    assert ended.returncode == 1
    assert ended.stderr.startswith("The app cannot start. TRUSTED_PROXIES: ")
    assert len(ended.stderr.splitlines()) == 1


def test_the_tests_do_not_mind_what_the_environment_says_of_proxies() -> None:
    ended = run("-c", "import conftest", proxies="*")

    assert ended.returncode == 0, ended.stderr
