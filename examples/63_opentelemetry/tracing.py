"""How the apps are traced: who they are, where spans go, and what makes spans by itself."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
)
from sqlalchemy import Engine
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

# The instrumentations still write the names of before 2023 unless they are told not to. It is read
# once, when the first of them begins.
os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")


def make_provider(service: str, processor: SpanProcessor | None = None) -> TracerProvider:
    """Return what makes the spans of a service, and hands them to the processor.

    Without a processor they go where the environment says. `OTEL_SERVICE_NAME` wins over `service`.
    """
    name = os.environ.get("OTEL_SERVICE_NAME") or service
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(processor or processor_from_environment())
    return provider


def processor_from_environment() -> SpanProcessor:
    """Send spans by OTLP over HTTP, many at a time, when an endpoint is set; else print them."""
    if any(os.environ.get(name) for name in ENDPOINTS):
        return BatchSpanProcessor(OTLPSpanExporter())
    return SimpleSpanProcessor(ConsoleSpanExporter())


def telemetry(provider: TracerProvider) -> TelemetryConfig:
    """Return what FastAPI is to do by itself: a span for each request, and no more."""
    return {
        "tracer_provider": provider,
        "auto_configure": False,  # The processor is there already.
        "operation_spans": False,
        "metrics": False,
        "logs": False,
    }


@contextmanager
def traced(engine: Engine, client: httpx.AsyncClient, provider: TracerProvider) -> Iterator[None]:
    """Make a span of each query and of each call of the client, which then carries `traceparent`.

    Send what is left at the end.
    """
    # It asks for an older SQLAlchemy than there is, and works with this one.
    SQLAlchemyInstrumentor().instrument(
        engine=engine, tracer_provider=provider, skip_dep_check=True
    )
    HTTPXClientInstrumentor.instrument_client(client, tracer_provider=provider)
    try:
        yield
    finally:
        SQLAlchemyInstrumentor().uninstrument()
        provider.force_flush()


class TraceIdMiddleware:
    """Tells the caller the trace's ID, so that it can be found: `X-Trace-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header to the start of an answer."""
        context = trace.get_current_span().get_span_context()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start" and context.is_valid:
                headers = MutableHeaders(scope=message)
                headers["X-Trace-Id"] = trace.format_trace_id(context.trace_id)
            await send(message)

        await self.app(scope, receive, send_with_id)
