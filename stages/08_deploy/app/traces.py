"""Traces: where the time of a request goes. OpenTelemetry is loaded only where it is asked for."""

import os

from fastapi.telemetry import TelemetryConfig
from sqlalchemy.ext.asyncio import AsyncEngine

from app.front import PROBES

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def make_telemetry() -> TelemetryConfig:
    """Return what FastAPI is to trace: requests, and where to send them is in the environment."""
    if ENDPOINT not in os.environ:
        return {"auto_configure": False}
    os.environ.setdefault("OTEL_SERVICE_NAME", "task-manager")
    return {
        "auto_configure": True,
        "metrics": False,  # Prometheus has them.
        "logs": False,
        "operation_spans": False,
        "exclude": lambda scope: scope["path"] in PROBES,
    }


def trace_queries(engine: AsyncEngine) -> None:
    """Make each query a part of the trace of its request."""
    if ENDPOINT in os.environ:
        from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor

        # It asks for an older SQLAlchemy than ours, and works with ours.
        SQLAlchemyInstrumentor().instrument(engine=engine.sync_engine, skip_dep_check=True)
