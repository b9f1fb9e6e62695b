"""What the app answers, and what its spans say."""

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.trace import StatusCode

import main
from conftest import Memory
from services import Service
from tracing import make_provider, processor_from_environment

OLD = {"http.method", "http.url", "http.status_code", "http.target", "db.system", "db.statement"}


def test_items_are_listed_with_their_stock(client: TestClient) -> None:
    answer = client.get("/items")

    assert answer.json() == [
        {"id": 1, "name": "Tea pot", "in_stock": 5},
        {"id": 2, "name": "Cup", "in_stock": 40},
    ]


def test_an_item_that_the_service_does_not_know_is_out_of_stock(
    client: TestClient, stock: Service
) -> None:
    stock.body = b'{"stock": {"2": 1}}'

    assert [item["in_stock"] for item in client.get("/items").json()] == [0, 1]


@pytest.mark.parametrize(
    ("status", "body"),
    [(503, b""), (200, b"no JSON"), (200, b"{}"), (200, b'{"stock": {"1": {}}}')],
)
def test_a_service_that_fails_is_502_and_the_spans_say_so(
    client: TestClient, stock: Service, memory: Memory, status: int, body: bytes
) -> None:
    stock.status, stock.body = status, body
    answer = client.get("/items")

    assert (answer.status_code, answer.json()) == (502, {"detail": "The stock is not available"})
    assert "X-Trace-Id" in answer.headers
    assert memory.only(name="list_items").status.status_code is StatusCode.ERROR
    request = memory.only(**{"http.route": "/items"})
    assert (request.attributes or {})["http.response.status_code"] == 502
    assert request.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize("location", ["localhost:8001", "http://xn--", "/items", "http://h:x"])
def test_wherever_a_service_sends_us_it_is_502(
    client: TestClient, stock: Service, location: str
) -> None:
    stock.status, stock.location = 302, location

    assert client.get("/items").status_code == 502


def test_without_the_service_the_app_runs_and_answers_502(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_URL", "http://127.0.0.1:1")
    app = main.create_app(make_provider("items", SimpleSpanProcessor(memory)))
    with TestClient(app) as alone:
        assert alone.get("/items").status_code == 502


def test_an_unknown_path_has_a_trace_too(client: TestClient, memory: Memory) -> None:
    answer = client.get("/unknown")

    assert answer.status_code == 404
    assert len(answer.headers["X-Trace-Id"]) == 32
    assert [span.name for span in memory.get_finished_spans()] == ["GET"], "No path: it is free"


def test_the_names_are_those_of_the_current_conventions(
    client: TestClient, memory: Memory, stock: Service
) -> None:
    client.get("/items")
    request = memory.only(**{"http.route": "/items"}).attributes or {}
    call = memory.only(**{"url.full": "/stock"}).attributes or {}
    query = memory.only(**{"db.query.text": "SELECT"}).attributes or {}

    assert request["http.request.method"] == "GET"
    assert request["http.response.status_code"] == 200
    assert request["url.path"] == "/items"
    assert (call["url.full"], call["server.address"]) == (f"{stock.url}/stock", "127.0.0.1")
    assert query["db.system.name"] == "sqlite"
    spans = memory.get_finished_spans()
    assert not OLD & {name for span in spans for name in span.attributes or {}}


def test_every_span_says_which_service_it_is_of(client: TestClient, memory: Memory) -> None:
    client.get("/items")
    names = {s.resource.attributes["service.name"] for s in memory.get_finished_spans()}

    assert names == {"items"}


def test_the_name_in_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "shop")
    provider = make_provider("items", SimpleSpanProcessor(Memory()))

    assert provider.resource.attributes["service.name"] == "shop"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", BatchSpanProcessor),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1", BatchSpanProcessor),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "", SimpleSpanProcessor),
        ("SOMETHING_ELSE", "", SimpleSpanProcessor),
    ],
)
def test_an_endpoint_decides_where_spans_go(
    name: str, value: str, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, value)
    processor = processor_from_environment()
    processor.shutdown()

    assert isinstance(processor, kind)


def test_the_schema_documents_the_failure() -> None:
    operation = main.app.openapi()["paths"]["/items"]["get"]

    assert set(operation["responses"]) == {"200", "502"}
    assert operation["description"].startswith("List the items")
