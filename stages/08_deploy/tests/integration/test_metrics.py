"""Every request is counted once, under a label that no client can choose."""

import multiprocessing
import os
from collections.abc import AsyncIterator, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import anyio
import pytest
from clients import client_of, new_app
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message


@pytest.fixture
def app() -> FastAPI:
    """Make an app with a fault, and with an answer in parts."""
    app = new_app()
    app.get("/broken")(lambda: 1 / 0)

    async def parts(*, breaks: bool = False) -> AsyncIterator[bytes]:
        yield b"one"
        if breaks:
            raise RuntimeError
        yield b"two"

    @app.get("/stream")
    async def stream(*, breaks: bool = False) -> StreamingResponse:
        return StreamingResponse(parts(breaks=breaks))

    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Speak to it."""
    with client_of(app, raise_server_exceptions=False) as client:
        yield client


Labels = dict[str, str]


def samples(client: TestClient, name: str) -> list[tuple[Labels, float]]:
    """Return the values of a metric, as Prometheus reads them."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return [(each.labels, each.value) for f in families for each in f.samples if each.name == name]


def counted(client: TestClient) -> dict[tuple[str, str, str], float]:
    """Return how many requests were counted, by method, route and status."""
    found = samples(client, "http_requests_total")
    return {(each["method"], each["route"], each["status"]): n for each, n in found}


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/health/live", ("GET", "/health/live", "200")),
        ("GET", "/tasks", ("GET", "/api/v1/tasks", "401")),
        ("GET", "/tasks/7?x=y", ("GET", "/api/v1/tasks/{task_id}", "401")),
        ("PATCH", "/users/7", ("PATCH", "/api/v1/users/{user_id}", "401")),
        ("GET", "/docs", ("GET", "/docs", "200")),
        ("GET", "/nowhere", ("GET", "unmatched", "404")),
        ("GET", "/api/v1/nowhere/else", ("GET", "unmatched", "404")),
        ("BREW", "/nowhere", ("other", "unmatched", "404")),
        ("BREW", "/tasks", ("other", "/api/v1/tasks", "405")),
        ("GET", "/broken", ("GET", "/broken", "500")),
        ("GET", "/stream", ("GET", "/stream", "200")),
        ("POST", "/register", ("POST", "/api/v1/register", "422")),
    ],
)
def test_a_request_is_counted_by_its_template(
    client: TestClient, method: str, path: str, expected: tuple[str, str, str]
) -> None:
    for _ in range(3):
        client.request(method, path)

    assert counted(client) == {expected: 3}


def test_another_host_and_a_body_too_large_are_counted_too(client: TestClient) -> None:
    client.get("/tasks", headers={"Host": "evil.example"})
    client.post("/register", content=b"x" * 1_000_001)

    assert counted(client) == {("GET", "unmatched", "400"): 1, ("POST", "unmatched", "413"): 1}


def test_a_stream_that_breaks_has_the_status_that_it_began_with(client: TestClient) -> None:
    client.get("/stream?breaks=true")

    assert counted(client) == {("GET", "/stream", "200"): 1}


def test_prometheus_may_ask_by_any_name(client: TestClient) -> None:
    assert client.get("/metrics", headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_seconds_are_counted_as_often_as_requests(client: TestClient) -> None:
    for path in ("/broken", "/broken", "/stream", "/nowhere"):
        client.get(path)

    found = samples(client, "http_request_duration_seconds_count")

    assert {each["route"]: n for each, n in found} == {
        "/broken": 2,
        "/stream": 1,
        "unmatched": 1,
    }


def test_any_number_of_paths_makes_one_series(client: TestClient) -> None:
    for number in range(20):
        client.get(f"/nowhere/{number}")
        client.get(f"/tasks/{number}")
        client.request(f"BREW{number}", "/")

    assert len(counted(client)) == 3


def test_a_request_is_in_progress_until_its_answer_ends(app: FastAPI) -> None:
    """Also when the client goes away meanwhile, and the server cancels what it does."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/stream",
        "raw_path": b"/stream",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    seen: list[float] = []

    async def look(message: Message) -> None:
        if message["type"] == "http.response.body":
            seen.append(app.state.metrics.in_progress._value.get())  # no other way
            await anyio.sleep_forever()

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def run() -> None:
        with anyio.move_on_after(0.1):
            await app(scope, receive, look)

    anyio.run(run)

    assert seen == [1]
    assert app.state.metrics.in_progress._value.get() == 0  # likewise


def work(connection: Connection) -> None:
    """Be a worker: answer some requests, say what there is to say, and stay until told to go."""
    with client_of(new_app()) as client:
        for _ in range(5):
            client.get("/health/live")
        connection.send(os.getpid())
        while connection.recv():
            connection.send(counted(client))


def test_whichever_worker_is_asked_tells_what_all_have_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    context = multiprocessing.get_context("spawn")  # The library looks at the variable but once.
    ends = [context.Pipe() for _ in range(2)]
    workers = [context.Process(target=work, args=[theirs]) for _, theirs in ends]
    try:
        for worker in workers:
            worker.start()
        assert len({ours.recv() for ours, _ in ends}) == 2
        told = []
        for ours, _ in ends:
            ours.send(True)
            told.append(ours.recv()["GET", "/health/live", "200"])
        assert told == [10, 10]
    finally:
        for ours, _ in ends:
            ours.send(False)
        for worker in workers:
            worker.join(60)
