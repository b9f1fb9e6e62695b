"""What stands around the app in the tests: the stock's service, a collector, and real servers."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

LESSON = Path(__file__).resolve().parent
DEADLINE = 60.0


class Service(ThreadingHTTPServer):
    """Answers GETs as the stock's service does, and takes POSTs as a collector of traces does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.status, self.body = 200, json.dumps({"stock": {"1": 5, "2": 40}}).encode()
        self.location = ""
        self.asked_with: list[str | None] = []
        self.taken: list[Received] = []


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Service

    def do_GET(self) -> None:  # the name that the library looks for
        """Tell the stock, and remember whose trace it was for."""
        self.server.asked_with.append(self.headers["traceparent"])
        self.answer(self.server.status, self.server.body)

    def do_POST(self) -> None:  # the name that the library looks for
        """Take a batch of spans: OTLP over HTTP, in protobuf."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_otlp = (self.path, self.headers["Content-Type"]) == (
            "/v1/traces",
            "application/x-protobuf",
        )
        if is_otlp:
            self.server.taken += received(ExportTraceServiceRequest.FromString(body))
        self.answer(200 if is_otlp else 404, b"")

    def answer(self, status: int, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Received:
    """A span that the collector took, and the service that made it."""

    service: str
    span: Span


def received(request: ExportTraceServiceRequest) -> Iterator[Received]:
    """Yield the spans of a batch."""
    for part in request.resource_spans:
        names = {each.key: each.value.string_value for each in part.resource.attributes}
        for scope in part.scope_spans:
            yield from (Received(names["service.name"], span) for span in scope.spans)


@contextmanager
def service() -> Iterator[Service]:
    """Run the service on a free port."""
    with Service() as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def serving(app: str, output: Path, **settings: str) -> Iterator[str]:
    """Run an app under uvicorn, with its output in a file; give its URL.

    The socket listens before the server starts, so whoever connects is answered as soon as it can.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener, output.open("wb") as file:
        number = listener.fileno()
        # Uvicorn takes what it is handed for a Unix socket, and would let small packets wait.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", app, f"--fd={number}", "--log-level=warning"],
            cwd=LESSON,
            env={"PATH": os.environ["PATH"], "OTEL_BSP_SCHEDULE_DELAY": "50"} | settings,
            pass_fds=[number],
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield url
        process.terminate()
        process.wait(DEADLINE)
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until the condition holds; fail, and say what was waited for, when it never does."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"Waited in vain until {what}.")
        time.sleep(0.01)
