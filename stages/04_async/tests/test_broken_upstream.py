"""Whatever the upstream does, a task is shown: with `external` null, and a warning in the log."""

import asyncio
from time import monotonic

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send


async def silent(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Never answer: wait until the other side gives up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def dripping(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a little at a time, each time soon, and come to an end much too late."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    end = monotonic() + 3
    while monotonic() < end and not await Request(scope, receive).is_disconnected():
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(0.02)
    await send({"type": "http.response.body", "body": b'"too late"'})


async def breaking_off(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Promise ten bytes, send two, and hang up."""
    headers = [(b"content-length", b"10")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


async def failing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Be broken."""
    raise RuntimeError("This upstream is broken on purpose.")


JSON = "application/json"
UPSTREAMS: dict[str, ASGIApp] = {
    "is busy": Response('{"detail": "busy"}', 503, media_type=JSON),
    "finds nothing": Response("{}", 404, media_type=JSON),
    "sends us elsewhere": RedirectResponse("/get"),
    "sends nothing": Response(b"", media_type=JSON),
    "sends a web page": Response("<h1>Hello</h1>", media_type="text/html"),
    "sends half of its JSON": Response('{"args": {"task_id"', media_type=JSON),
    "sends half a character": Response(r'{"args": "\ud800"}', media_type=JSON),
    "sends bytes that are no text": Response(b'{"args": "\xff"}', media_type=JSON),
    "sends very deep JSON": Response("[" * 100_000, media_type=JSON),
    "says that it is zipped": Response(b"{}", headers={"content-encoding": "gzip"}),
    "never answers": silent,
    "ends too late": dripping,
    "breaks off": breaking_off,
    "is broken": failing,
}


@pytest.mark.usefixtures("short_wait")
@pytest.mark.parametrize("upstream_url", UPSTREAMS.values(), ids=UPSTREAMS, indirect=True)
def test_a_task_is_shown_although_the_upstream(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    task_id = client.post("/tasks", json={"title": "Buy milk"}).json()["id"]

    answer = client.get(f"/tasks/{task_id}")

    assert answer.status_code == 200
    assert answer.json()["title"] == "Buy milk"
    assert answer.json()["external"] is None
    ours = [each for each in caplog.records if each.name.startswith("app")]
    assert [each.levelname for each in ours if each.levelname != "INFO"] == ["WARNING"]
