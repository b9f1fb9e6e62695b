"""Real servers and a collector: what arrives there over OTLP, and what is printed without."""

import os
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

import main
from services import DEADLINE, Service, service, serving, until
from tracing import make_provider

posix_only = pytest.mark.skipif(os.name != "posix", reason="hands a socket to the server")
TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def get(url: str) -> httpx2.Response:
    """Ask for the items, as a caller who has begun a trace."""
    headers = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
    return httpx2.get(f"{url}/items", headers=headers, timeout=DEADLINE, trust_env=False)


@posix_only
def test_the_spans_of_both_services_arrive_and_hang_together(tmp_path: Path) -> None:
    with service() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with (
            serving("upstream:app", tmp_path / "stock", **environment) as stock,
            serving("main:app", tmp_path / "items", UPSTREAM_URL=stock, **environment) as items,
        ):
            assert get(items).status_code == 200
            until(lambda: len(called(collector, "GET /items", "GET /stock")) == 2, "both arrived")
        (request, in_stock) = called(collector, "GET /items", "GET /stock")
        (call,) = called(collector, "GET")

    assert [each.service for each in (request, call, in_stock)] == ["items", "items", "stock"]
    assert in_stock.span.parent_span_id == call.span.span_id
    assert request.span.parent_span_id.hex() == CALLER
    assert {each.span.trace_id.hex() for each in (request, call, in_stock)} == {TRACE}


def called(collector: Service, *names: str) -> list:  # type: ignore[type-arg]
    """Return the spans that arrived with these names, in the order of the names."""
    return [each for name in names for each in collector.taken if each.span.name == name]


def test_what_is_left_is_sent_when_the_app_ends(
    stock: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_URL", stock.url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")  # an hour
    with service() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        provider = make_provider("items")
        with TestClient(main.create_app(provider)) as client:
            client.get("/items")
            assert not collector.taken

        assert called(collector, "GET /items")
        provider.shutdown()


def test_a_collector_that_is_away_harms_no_request(
    stock: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_URL", stock.url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")  # second that it tries for
    provider = make_provider("items")
    with TestClient(main.create_app(provider)) as client:
        answers = [client.get("/items").status_code for _ in range(3)]
    provider.shutdown()

    assert answers == [200, 200, 200]


@posix_only
def test_without_an_endpoint_spans_are_printed(tmp_path: Path, stock: Service) -> None:
    with serving("main:app", tmp_path / "log", UPSTREAM_URL=stock.url) as items:
        get(items)
    printed = (tmp_path / "log").read_text()

    assert f'"trace_id": "0x{TRACE}"' in printed
    assert '"name": "list_items"' in printed
