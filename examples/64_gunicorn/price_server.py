"""A service that knows the prices, for the tests: it counts connections and can wait."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

DEADLINE = 60.0


class Upstream(ThreadingHTTPServer):
    """Knows the prices, counts who connects, and can keep an answer back."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.prices = {"apple": 30, "pear": 50}
        self.connections: set[tuple[str, int]] = set()
        self.status, self.body, self.close_after_answer = 200, b"", False
        self.asked, self.released = Event(), Event()
        self.released.set()

    def keep_back(self) -> None:
        """Keep the next answers back until `released` is set."""
        self.asked.clear()
        self.released.clear()

    def process_request(self, request: object, client_address: tuple[str, int]) -> None:
        """Note a connection, and go on."""
        self.connections.add(client_address)
        super().process_request(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """Answers the questions of one connection, one after the other."""

    server: Upstream
    protocol_version = "HTTP/1.1"  # keeps the connection open

    def do_GET(self) -> None:  # the name that the library looks for
        """Answer with a price, as soon as it may."""
        cents = self.server.prices.get(self.path.removeprefix("/prices/"))
        self.server.asked.set()
        self.server.released.wait(DEADLINE)
        body = self.server.body or json.dumps({"cents": cents}).encode()
        self.send_response(self.server.status if cents else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.close_after_answer

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def upstream() -> Iterator[Upstream]:
    """Run the service on a free port."""
    with Upstream() as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()
