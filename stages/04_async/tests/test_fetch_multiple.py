"""Three requests to the upstream, on their way at once."""

import asyncio
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PATHS = ["/delay/1", "/delay/2", "/delay/1"]


class AllOrNone:
    """An upstream that answers nobody until three requests are waiting at once."""

    def __init__(self) -> None:
        self.waiting = 0
        self.all_here = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request when the last one is here."""
        self.waiting += 1
        if self.waiting == len(PATHS):
            self.all_here.set()
        await self.all_here.wait()
        await Response()(scope, receive, send)


async def partly_silent(scope: Scope, receive: Receive, send: Send) -> None:
    """Never answer to /delay/2, at once to all else."""
    if scope["path"] != "/delay/2":
        return await Response()(scope, receive, send)
    while (await receive())["type"] != "http.disconnect":
        pass
    return None


async def partly_busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 503 to /delay/2."""
    status = 503 if scope["path"] == "/delay/2" else 200
    await Response(status_code=status)(scope, receive, send)


def fetched(client: TestClient, upstream_url: str) -> list[dict[str, Any]]:
    """Fetch from the upstream; return what is said of each request, but for its address."""
    answer = client.get("/tasks/fetch-multiple")
    assert answer.status_code == 200, answer.text
    assert answer.json()["message"]
    assert answer.json()["elapsed_ms"] >= 0
    results: list[dict[str, Any]] = answer.json()["results"]
    assert [each.pop("url") for each in results] == [f"{upstream_url}{path}" for path in PATHS]
    return results


@pytest.mark.parametrize("upstream_url", [AllOrNone()], ids=["all or none"], indirect=True)
def test_the_requests_are_on_their_way_at_once(client: TestClient, upstream_url: str) -> None:
    assert fetched(client, upstream_url) == [{"status": 200}] * 3


@pytest.mark.parametrize("upstream_url", [partly_busy], indirect=True)
def test_a_status_that_is_no_success_is_reported(client: TestClient, upstream_url: str) -> None:
    assert fetched(client, upstream_url) == [{"status": 200}, {"status": 503}, {"status": 200}]


@pytest.mark.parametrize("upstream_url", [partly_silent], indirect=True)
@pytest.mark.usefixtures("short_wait")
def test_an_answer_that_does_not_come_is_reported(client: TestClient, upstream_url: str) -> None:
    timeout = {"status": None, "error": "timeout"}

    assert fetched(client, upstream_url) == [{"status": 200}, timeout, {"status": 200}]


def test_an_upstream_that_is_not_there_is_reported(client: TestClient, upstream_url: str) -> None:
    assert fetched(client, upstream_url) == [{"status": None, "error": "unreachable"}] * 3
