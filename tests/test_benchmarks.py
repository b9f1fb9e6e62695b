"""What the benchmarks compare must be the same thing, and a failure must not count as speed."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from benchmarks import databases
from benchmarks.contents import TASKS
from benchmarks.database_sessions import APPS
from benchmarks.load import Answer, Question, keep_busy, p99

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.databases import Database


@pytest.fixture(scope="module")
def made() -> Iterator[list[Database]]:
    with databases.made() as made:
        yield made


@pytest.mark.parametrize("number", [0, 1], ids=["sqlite", "postgresql"])
def test_all_apps_of_the_database_benchmark_answer_the_same(
    made: list[Database], number: int
) -> None:
    if number == len(made):
        pytest.skip("PostgreSQL was not found.")
    database = made[number]
    requests = [
        ("/tasks", database.token),
        ("/tasks?skip=8&limit=3", database.token),
        ("/tasks?limit=0", database.token),
        ("/tasks", ""),
        ("/tasks", f"{database.token}x"),
        ("/slow", ""),
        ("/", ""),
    ]
    with ExitStack() as stack:
        ports = {app: stack.enter_context(database.served(app)) for app in APPS}
        expected = [databases.ask(ports["stage"], path, token=token) for path, token in requests]
        for app, port in ports.items():
            answers = [databases.ask(port, path, token=token) for path, token in requests]
            assert answers == expected, app
    assert [status for status, _ in expected] == [200, 200, 422, 401, 401, 200, 200]
    assert expected[0][1].count(b'"id"') == TASKS
    assert expected[1][1].count(b'"id"') == 2


class Moody(BaseHTTPRequestHandler):
    """Answer some paths right, some wrong, some not before the server ends; hang up on others."""

    protocol_version = "HTTP/1.1"
    the_end: threading.Event
    asked: list[str]

    def do_GET(self) -> None:
        """Answer by the path."""
        self.asked.append(self.path)
        self.close_connection = self.path in ("/error", "/gone")
        if self.path == "/gone":
            return
        if self.path == "/never":
            self.the_end.wait()
        self.send_response(500 if self.path == "/error" else 200)
        content = b"other" if self.path == "/other" else b"right"
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server that lets more than five clients knock at once."""

    request_queue_size = 100


@pytest.fixture
def moody_port() -> Iterator[int]:
    Moody.the_end, Moody.asked = threading.Event(), []
    with Server(("127.0.0.1", 0), Moody) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        Moody.the_end.set()
        server.shutdown()
        thread.join()


def test_only_a_right_answer_counts_as_right(moody_port: int) -> None:
    paths = ["/right", "/error", "/other", "/gone", "/never"]
    found = keep_busy(moody_port, [Question(path, b"right", 2) for path in paths], 0.2, 1.0)
    right, error, other, gone, never = ([answer.right for answer in answers] for answers in found)
    assert right == [True] * max(2, len(right))
    assert error == [False] * max(2, len(error))
    assert other == [False] * max(2, len(other))
    assert gone == [False] * max(2, len(gone))
    assert never == [False] * 2
    assert [Moody.asked.count(path) for path in paths] == [len(answers) for answers in found]


def test_the_p99_leaves_out_one_answer_of_a_hundred() -> None:
    answers = [Answer(0.0, float(number), right=True) for number in range(1, 101)]
    assert p99(answers) == 99
    assert p99(answers[:7]) == 7
