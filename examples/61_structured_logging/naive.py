"""The same API with the common mistake: the ID of the request is in a module global."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Annotated, Any
from uuid import uuid4

import structlog
from fastapi import BackgroundTasks, FastAPI, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from logs import set_up_logs

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
FAILURE = {"detail": "Internal Server Error"}
DATABASE = 0.02  # seconds: in place of a database that has to be asked

ItemId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Which item", examples=[7])]
log = structlog.stdlib.get_logger("app")
context: dict[str, Any] = {}


class Item(BaseModel):
    """An item of the shop."""

    id: Annotated[int, Field(examples=[7])]
    name: Annotated[str, Field(examples=["Item 7"])]


class Problem(BaseModel):
    """Why there is no answer."""

    detail: Annotated[str, Field(examples=[FAILURE["detail"]])]


class Answer:
    """An answer on its way: it gets the ID as a header, and a line when it is over."""

    def __init__(self, send: Send, request_id: str, request: dict[str, Any]) -> None:
        self._send = send
        self._request_id = request_id
        self._request = request
        self._start = perf_counter()
        self._is_over = False
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        """Send a part; the answer is over when the last one is sent, not when the first is."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-ID"] = self._request_id
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.over()

    def over(self, error: str | None = None) -> None:
        """Write how it ended, unless that is written already."""
        if self._is_over:
            return
        self._is_over = True
        milliseconds = round((perf_counter() - self._start) * 1000, 2)
        fields = {**self._request, "status": self.status, "duration_ms": milliseconds}
        if error is None:
            log.info("request_completed", **fields)
        else:
            log.error("request_failed", **fields, error=error)


def request_id_of(scope: Scope) -> str:
    """Return the ID that came with the request, if it is well-formed, else a new one."""
    sent = Headers(scope=scope).get("x-request-id", "")
    return sent if REQUEST_ID.fullmatch(sent) else uuid4().hex


class RequestLogMiddleware:
    """Gives each request an ID, and writes when it begins and how it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; answer what nobody expected here, where the ID is known."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id = request_id_of(scope)
        context["request_id"] = request_id
        request = {"method": scope["method"], "path": scope["path"]}
        log.info("request_started", **request)
        answer = Answer(send, request_id, request)
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:
            began, answer.status = answer.status, answer.status or 500
            answer.over(error=type(error).__name__)
            if began is None:
                await JSONResponse(FAILURE, 500)(scope, receive, answer.send)
            raise  # The server writes the traceback.
        finally:
            answer.over(error="interrupted")  # The client or the server has gone away.


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Set up the logs once more: a server may have set up its own after it loaded the app."""
    set_up_logs(lambda: context)
    yield


set_up_logs(lambda: context)
app = FastAPI(title="Shop", version="1.0.0", lifespan=lifespan)
app.add_middleware(RequestLogMiddleware)


def count_view(item_id: int) -> None:
    """Do what nobody has to wait for."""
    log.info("view_counted", item_id=item_id)


@app.get("/items/{item_id}", response_description="The item")
async def read_item(item_id: ItemId, tasks: BackgroundTasks) -> Item:
    """Return an item, on the event loop. There is one for every ID."""
    tasks.add_task(count_view, item_id)
    await asyncio.sleep(DATABASE)
    log.info("item_found", item_id=item_id)
    return Item(id=item_id, name=f"Item {item_id}")


@app.get("/sync/{item_id}", response_description="The item")
def read_item_in_a_thread(item_id: ItemId, tasks: BackgroundTasks) -> Item:
    """Return an item, in a thread."""
    tasks.add_task(count_view, item_id)
    time.sleep(DATABASE)
    log.info("item_found", item_id=item_id)
    return Item(id=item_id, name=f"Item {item_id}")


@app.get("/fail", status_code=500, response_description="The answer to what nobody expected")
async def fail() -> Problem:
    """Fail, as a mistake in the code would."""
    raise RuntimeError("This is meant.")
