"""A receiver of traces on this machine, which only counts."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from benchmarks.load import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator


class Receiver(ThreadingHTTPServer):
    """Where traces are sent to: it takes them, and counts how often some came."""

    count = 0

    def __init__(self) -> None:
        super().__init__((HOST, 0), Reception)

    @property
    def environment(self) -> dict[str, str]:
        """What makes an app send its traces here."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{HOST}:{self.server_port}"}

    @contextmanager
    def running(self) -> Iterator[Receiver]:
        """Receive until the end of the block."""
        thread = threading.Thread(target=self.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class Reception(BaseHTTPRequestHandler):
    """Answer to an exporter of traces."""

    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        """Take what comes, and say that it is well."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.count += 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
