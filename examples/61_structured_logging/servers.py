"""A real server in a process of its own, and what it writes."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


class Server:
    """A server, and the files with its standard output and its errors."""

    def __init__(self, address: tuple[str, int], folder: Path) -> None:
        self.address = address
        self.url = f"http://{address[0]}:{address[1]}"
        self.output, self.errors = folder / "output", folder / "errors"

    def text(self) -> str:
        """Return all that was written to standard output."""
        return self.output.read_text(encoding="utf-8")

    def until(self, written: str, times: int = 1) -> None:
        """Wait until something is in the log; what is never written, the tests will miss."""
        deadline = time.monotonic() + 20
        while self.text().count(written) < times and time.monotonic() < deadline:
            time.sleep(0.01)


def environment() -> dict[str, str]:
    """Return the environment, without what would tell uvicorn how to run."""
    ours = {name for name in os.environ if name.startswith("UVICORN_")} | {"WEB_CONCURRENCY"}
    return {name: value for name, value in os.environ.items() if name not in ours}


@contextmanager
def serving(folder: Path, app: str, *options: str) -> Iterator[Server]:
    """Run uvicorn with the app, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        server = Server(listener.getsockname(), folder)
        with server.output.open("wb") as output, server.errors.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", app, f"--fd={listener.fileno()}", *options],
                cwd=FOLDER,
                env=environment() | {"PYTHONPATH": os.pathsep.join([str(FOLDER), str(folder)])},
                stdout=output,
                stderr=errors,
                pass_fds=[listener.fileno()],
            )
    try:
        yield server
    finally:
        process.terminate()
        process.wait(60)


def lines(text: str) -> list[dict[str, Any]]:
    """Return the lines, each of which has to be JSON."""
    return [json.loads(line) for line in text.splitlines()]
