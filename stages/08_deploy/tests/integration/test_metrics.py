"""Every request is counted once, under a label that no client can choose."""

from collections.abc import AsyncIterator, Iterator

import pytest
from clients import client_of, new_app
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families


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
