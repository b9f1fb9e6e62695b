"""The same API with the common mistake: a thread is handed work without the context."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, HTTPException, Request
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Tracer
from sqlalchemy import Engine

from catalog import (
    Item,
    Problem,
    StockUnavailableError,
    ask_stock,
    open_database,
    read_names,
    read_upstream,
)
from tracing import TraceIdMiddleware, make_provider, telemetry, traced

ERRORS: dict[int | str, dict[str, Any]] = {
    502: {"model": Problem, "description": "The service that knows the stock fails."}
}
router = APIRouter()


@router.get("/items", responses=ERRORS)
async def list_items(request: Request) -> list[Item]:
    """List the items, and how many there are: the database and the other service at once."""
    tracer: Tracer = request.state.tracer
    engine: Engine = request.state.engine
    loop = asyncio.get_running_loop()
    with tracer.start_as_current_span("list_items") as span:
        try:
            names, stock = await asyncio.gather(
                loop.run_in_executor(None, read_names, engine),
                ask_stock(request.state.client),
            )
        except StockUnavailableError as error:
            raise HTTPException(502, "The stock is not available") from error
        span.set_attribute("items.count", len(names))
    return [Item(id=key, name=name, in_stock=stock.get(key, 0)) for key, name in names.items()]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    """Open the database and the client, and trace both."""
    provider: TracerProvider = app.state.provider
    url: str = app.state.upstream
    async with httpx.AsyncClient(base_url=url, timeout=5, trust_env=False) as client:
        with open_database() as engine, traced(engine, client, provider):
            yield {"engine": engine, "client": client, "tracer": provider.get_tracer("items")}


def create_app(provider: TracerProvider) -> FastAPI:
    """Make the app; its spans come from the provider."""
    made = FastAPI(title="Items", version="1.0.0", lifespan=lifespan, telemetry=telemetry(provider))
    made.state.provider, made.state.upstream = provider, read_upstream()
    made.add_middleware(TraceIdMiddleware)
    made.include_router(router)
    return made


app = create_app(make_provider("items"))
