"""What several tests need."""

import os
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

# Whoever runs the tests may have set it for an app, and that is made when it is imported.
os.environ.pop("UPSTREAM_URL", None)

import main
import services
from services import Service
from tracing import make_provider


class Memory(InMemorySpanExporter):
    """Keeps the spans."""

    def only(self, **wanted: str) -> ReadableSpan:
        """Return the one span whose name, or attribute, is as wanted."""
        found = [
            span
            for span in self.get_finished_spans()
            for name, value in wanted.items()
            if value in (span.name if name == "name" else str((span.attributes or {}).get(name)))
        ]
        assert len(found) == 1, f"There are {len(found)} spans with {wanted}."
        return found[0]


@pytest.fixture
def stock() -> Iterator[Service]:
    """Run the service that knows the stock."""
    with services.service() as server:
        yield server


@pytest.fixture
def memory() -> Memory:
    """Give what takes the spans."""
    return Memory()


@pytest.fixture
def client(stock: Service, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Talk to an app whose spans stay in memory."""
    monkeypatch.setenv("UPSTREAM_URL", stock.url)
    app = main.create_app(make_provider("items", SimpleSpanProcessor(memory)))
    with TestClient(app, base_url="http://localhost") as made:
        memory.clear()  # what the start did
        yield made
