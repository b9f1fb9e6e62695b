"""The app itself: what it answers, and what it does not show."""

import json
import sys
from importlib import import_module

import pytest
from fastapi.testclient import TestClient

from price_server import Upstream


def test_it_says_that_it_lives_without_asking_anybody(
    client: TestClient, upstream: Upstream
) -> None:
    answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert not upstream.asked.is_set()


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_docs_are_off(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_for_developers_the_docs_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "development")
    sys.modules.pop("main", None)
    with TestClient(import_module("main").app) as developer:
        assert developer.get("/docs").status_code == 200
        paths = developer.get("/openapi.json").json()["paths"]
    sys.modules.pop("main")

    assert set(paths["/prices/{sku}"]["get"]["responses"]) == {"200", "404", "422", "502"}
    assert all(operation["get"]["description"] for operation in paths.values())


def test_a_price_comes_from_the_upstream(client: TestClient) -> None:
    answer = client.get("/prices/pear").json()

    assert (answer["sku"], answer["cents"]) == ("pear", 50)
    assert answer["process"] == client.get("/worker").json()["process"]


def test_one_connection_serves_one_question_after_the_other(
    client: TestClient, upstream: Upstream
) -> None:
    cents = [client.get(f"/prices/{sku}").json()["cents"] for sku in ("apple", "pear", "apple")]

    assert cents == [30, 50, 30]
    assert len(upstream.connections) == 1


def test_an_unknown_product_is_404(client: TestClient) -> None:
    answer = client.get("/prices/unicorn")

    assert (answer.status_code, answer.json()) == (404, {"detail": "Unknown product"})


@pytest.mark.parametrize("sku", ["Pear", "p%00ar", "p%0D%0Aar", "%ED%A0%80", "x" * 33, "1"])
def test_a_bad_name_is_422_and_names_the_field(client: TestClient, sku: str) -> None:
    answer = client.get(f"/prices/{sku}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["path", "sku"]


NO_PRICES = [
    "null",
    '"x"',
    '"5"',
    "true",
    "49.9",
    "50.0",
    "-5",
    "1e999",
    "NaN",
    "9" * 20,
    "9" * 5000,
]
NO_ANSWERS = ["no JSON", "[]", "{}", "[" * 200_000, *(f'{{"cents": {no}}}' for no in NO_PRICES)]


@pytest.mark.parametrize("body", NO_ANSWERS, ids=lambda body: f"{body[:14]} {len(body)}")
def test_an_upstream_that_makes_no_sense_is_502(
    client: TestClient, upstream: Upstream, body: str
) -> None:
    upstream.body = body.encode()
    broken = client.get("/prices/pear")
    upstream.body = b""
    mended = client.get("/prices/pear")

    assert (broken.status_code, broken.json()) == (502, {"detail": "The prices are not available"})
    assert mended.json()["cents"] == 50


def test_an_upstream_that_fails_is_502(client: TestClient, upstream: Upstream) -> None:
    upstream.status = 503

    assert client.get("/prices/pear").status_code == 502


def test_without_an_upstream_the_app_starts_and_prices_are_502(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UPSTREAM_URL", "http://127.0.0.1:1")
    sys.modules.pop("main", None)
    with TestClient(import_module("main").app) as alone:
        assert alone.get("/health/live").status_code == 200
        assert alone.get("/prices/pear").status_code == 502


def test_a_connection_that_was_closed_meanwhile_is_opened_again(
    client: TestClient, upstream: Upstream
) -> None:
    upstream.close_after_answer = True
    cents = [client.get("/prices/pear").json()["cents"] for _ in range(2)]

    assert cents == [50, 50]
    assert len(upstream.connections) == 2


@pytest.mark.parametrize(("limit", "primes"), [(1, 0), (2, 0), (3, 1), (100, 25), (200_000, 17984)])
def test_primes_are_counted(client: TestClient, limit: int, primes: int) -> None:
    assert client.get(f"/primes/{limit}").json() == {"limit": limit, "primes": primes}


@pytest.mark.parametrize("limit", ["0", "-1", "200001", str(2**64), "NaN", "1.5", "ten"])
def test_a_bad_limit_is_422_and_names_the_field(client: TestClient, limit: str) -> None:
    answer = client.get(f"/primes/{limit}")

    assert answer.status_code == 422
    assert json.loads(answer.content)["detail"][0]["loc"] == ["path", "limit"]
