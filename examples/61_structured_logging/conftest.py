"""What the tests share: the log of a real server, and a client without one."""

import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

import story
from main import app
from servers import Server, lines


class Log:
    """What a server has written and answered."""

    def __init__(self, server: Server, answers: dict[str, httpx2.Response]) -> None:
        self.text = server.text()
        self.errors = server.errors.read_text(encoding="utf-8")
        self.lines = lines(self.text)
        self.answers = answers

    def of(self, path: str) -> list[dict[str, Any]]:
        """Return the lines with the ID that names a path."""
        return [line for line in self.lines if line["request_id"] == story.id_of(path)]

    def events(self, path: str, logger: str = "app") -> list[str]:
        """Return what a logger has said of the request for a path."""
        return [line["event"] for line in self.of(path) if line["logger"] == logger]

    def only(self, event: str, **fields: object) -> dict[str, Any]:
        """Return the one line with an event, and with these fields."""
        found = [
            line for line in self.lines if line["event"] == event and fields.items() <= line.items()
        ]
        assert len(found) == 1, found
        return found[0]


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Let a real server tell its story, once for all tests."""
    if sys.platform == "win32":
        pytest.skip("hands a socket to the server")
    return Log(*story.tell(tmp_path_factory.mktemp("story")))


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Speak to the app in this process."""
    with TestClient(app, "http://localhost", raise_server_exceptions=False) as client:
        yield client
