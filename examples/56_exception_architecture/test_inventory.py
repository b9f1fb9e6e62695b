"""The inventory is asked; whatever it does, the answer is right or a 502."""

import asyncio
import logging
from importlib import import_module
from time import monotonic

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from conftest import envelope_of


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
    await send({"type": "http.response.body", "body": b'{"sku": "A", "in_stock": 1}'})


async def breaking_off(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Promise ten bytes, send two, and hang up."""
    headers = [(b"content-length", b"10")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


def says(body: str | bytes, status: int = 200) -> ASGIApp:
    """Return an inventory that gives the same answer to everything."""
    return Response(body, status, media_type="application/json")


INVENTORIES: dict[str, ASGIApp] = {
    "fails": says('{"sku": "A", "in_stock": 1}', 500),
    "knows nothing": says("{}", 404),
    "sends us elsewhere": RedirectResponse("/elsewhere"),
    "sends us to no address": Response(status_code=302, headers={"location": "localhost:8001"}),
    "sends us to no name": Response(status_code=302, headers={"location": "http://xn--"}),
    "sends a web page": says("<h1>Hello hunter2</h1>"),
    "sends nothing": says(b""),
    "sends no text": says(b"\xff"),
    "lacks the field": says('{"sku": "A"}'),
    "has null": says('{"sku": "A", "in_stock": null}'),
    "has fewer than none": says('{"sku": "A", "in_stock": -1}'),
    "sends very deep JSON": says("[" * 100_000),
    "says that it is zipped": Response(b"{}", headers={"content-encoding": "gzip"}),
    "breaks off": breaking_off,
    "never answers": silent,
    "ends too late": dripping,
}
REAL = [import_module("inventory").app]
the_real_one = pytest.mark.parametrize("inventory_url", REAL, ids=["real"], indirect=True)


def expect_502(client: TestClient, sku: str = "A") -> None:
    """Ask for the stock of an article; the inventory is to blame, and no more is said."""
    answer = client.get(f"/inventory/{sku}")

    assert answer.status_code == 502
    assert envelope_of(answer) == {
        "error_code": "EXTERNAL_SERVICE_ERROR",
        "message": "The service inventory does not answer as it should",
        "details": {"service": "inventory"},
    }


@the_real_one
def test_the_stock_is_that_of_the_inventory(client: TestClient) -> None:
    assert client.get("/inventory/APPLE").json() == {"sku": "APPLE", "in_stock": 12}
    assert client.get("/inventory/nobody-knows").json()["in_stock"] == 0


@the_real_one
def test_a_broken_article_is_502(client: TestClient) -> None:
    expect_502(client, "BROKEN")


@pytest.fixture
def short_wait(app: object, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - it comes first
    """Let the app wait a moment only; it reads this when it starts."""
    monkeypatch.setenv("INVENTORY_TIMEOUT", "0.3")


@pytest.mark.parametrize("inventory_url", INVENTORIES.values(), ids=INVENTORIES, indirect=True)
@pytest.mark.usefixtures("short_wait")
def test_an_inventory_is_502_that(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    expect_502(client)

    [line] = [each for each in caplog.records if each.name == "stock"]
    assert line.levelno == logging.WARNING


def test_an_inventory_that_is_down_is_502(client: TestClient) -> None:
    expect_502(client)
