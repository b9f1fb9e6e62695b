"""A shop that Prometheus can watch: requests by route, durations, and items created."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import MALFORMED, answer_invalid_input
from metrics import CONTENT_TYPE, Metrics

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
UNMATCHED = "unmatched"

ItemId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Which item", examples=[7])]
Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Teapot"])]


class NewItem(BaseModel):
    """An item to create."""

    name: Name


class Item(BaseModel):
    """An item of the shop."""

    id: Annotated[int, Field(examples=[7])]
    name: Name


class Answer:
    """What is noted of an answer while it is sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.start = perf_counter()
        self.end: float | None = None
        self.status = 500  # unless an answer begins

    async def send(self, message: Message) -> None:
        """Send a part of the answer; note its status, and when its last part is sent."""
        self.status = message.get("status", self.status)
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.end = perf_counter()

    @property
    def seconds(self) -> float:
        """How long the whole answer took, without what the app does after it."""
        return (self.end or perf_counter()) - self.start


def route_of(scope: Scope) -> str:
    """Return the template of the path, such as `/items/{item_id}`; the same for all unknown paths.

    Each value of a label is a series, which costs memory: no client may choose it.
    """
    # FastAPI keeps the route of a router together with the prefix it was included with here.
    included = scope.get("fastapi", {}).get("effective_route_context")
    route = included or scope.get("route")
    return str(route.path_format) if route else UNMATCHED


class MetricsMiddleware:
    """Counts each request but Prometheus' own, however it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; count at the end."""
        if scope["type"] != "http" or scope["path"] == "/metrics":
            return await self.app(scope, receive, send)
        metrics: Metrics = scope["state"]["metrics"]
        answer = Answer(send)
        try:
            with metrics.in_progress.track_inprogress():
                await self.app(scope, receive, answer.send)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            metrics.count(method, route_of(scope), answer.status, answer.seconds)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, object]]:
    """Begin to count when the app starts."""
    yield {"metrics": Metrics()}


def get_metrics(request: Request) -> Metrics:
    """Return the numbers of this app."""
    metrics: Metrics = request.state.metrics
    return metrics


MetricsDep = Annotated[Metrics, Depends(get_metrics)]

app = FastAPI(title="Shop", version="1.0.0", lifespan=lifespan)
app.add_middleware(MetricsMiddleware)
app.exception_handler(RequestValidationError)(answer_invalid_input)


@app.post("/items", status_code=201, response_description="The item", responses=MALFORMED)
def create_item(new: NewItem, metrics: MetricsDep) -> Item:
    """Create an item. Nothing is kept: this lesson is about what is counted."""
    metrics.items_created.inc()
    return Item(id=1 + secrets.randbelow(2**31), name=new.name)


@app.get("/items/{item_id}", response_description="The item")
def read_item(item_id: ItemId) -> Item:
    """Return an item. There is one for every ID."""
    return Item(id=item_id, name=f"Item {item_id}")


@app.get(
    "/fail",
    status_code=500,
    response_class=PlainTextResponse,
    response_description="What a client sees of an error that nobody expected.",
)
def fail() -> str:
    """Fail, as a mistake in the code would."""
    raise RuntimeError("This is meant.")


@app.get("/metrics", response_class=PlainTextResponse, response_description="All numbers")
def read_metrics(metrics: MetricsDep) -> Response:
    """Return the numbers in the format of Prometheus."""
    return Response(metrics.text(), media_type=CONTENT_TYPE)
