"""Traces: a request, and the queries that were made for it, sent to a collector that listens."""

import subprocess
import sys

import httpx2
import pytest
from databases import LESSON, Database
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from otlp import Collector, collector
from servers import DEADLINE, posix_only, serving, until

pytestmark = posix_only

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


def spans(taken: Collector) -> list[Span]:
    """Return all spans that have come so far."""
    return [span for r in taken.taken for scope in r.scope_spans for span in scope.spans]


def attributes(span: Span) -> dict[str, str]:
    """Return the attributes that are texts."""
    return {each.key: each.value.string_value for each in span.attributes}


def test_a_request_and_its_queries_are_one_trace(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collector() as taken:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", taken.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        with (
            serving("app.main:app") as (url, _),
            httpx2.Client(base_url=f"{url}/api/v1", timeout=DEADLINE) as client,
        ):
            for probe in ("/health/live", "/health/ready", "/metrics"):
                client.get(f"{url}{probe}")
            form = {"username": "testuser", "password": "hunter2"}
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            assert client.post("/token", data=form, headers=headers).status_code == 401
            until(lambda: any(span.name == "POST /api/v1/token" for span in spans(taken)))

    [request] = [span for span in spans(taken) if span.kind == Span.SPAN_KIND_SERVER]
    assert request.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == PARENT
    assert attributes(request)["http.route"] == "/api/v1/token"
    queries = [span for span in spans(taken) if span.parent_span_id == request.span_id]
    selects = [each for each in queries if "FROM users" in str(each.attributes)]
    assert len(selects) == 1
    assert attributes(selects[0])["db.system"] == database.kind
    [name] = {
        each.value.string_value
        for resource in taken.taken
        for each in resource.resource.attributes
        if each.key == "service.name"
    }
    assert name == "task-manager"
    assert "hunter2" not in str(taken.taken)


LOADED = """
import sys
from fastapi.testclient import TestClient
from app.main import app

with TestClient(app, base_url="http://localhost") as client:
    client.get("/health/ready").raise_for_status()
print([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exp",
    "opentelemetry.instrumentation"))])
"""


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_where_nobody_asks_for_traces_nothing_is_loaded_for_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=LESSON, capture_output=True, text=True, check=False
    )

    assert done.stdout == "[]\n", done.stderr
