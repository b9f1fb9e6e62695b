"""The process of one companion: `python -m tutor.companion_server FOLDER ROOT APP fd:N|port:N`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from pathlib import Path

import uvicorn

from tutor import display
from tutor.errors import TutorError
from tutor.listening import listen
from tutor.loading import enter, load_app
from tutor.offline_docs import use_local_assets, with_assets


def main(folder: Path, root: Path, target: str, address: str) -> int:
    """Serve the companion until it is told to end or its parent is gone; return the exit code."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    use_local_assets()
    enter(folder, root)
    try:
        app = with_assets(load_app(target, folder, root))
    except TutorError as error:
        display.failure(error)
        return error.exit_code
    config = uvicorn.Config(app, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.run(sockets=[_listener(address)])
    return 0 if server.started else 1


def _listener(address: str) -> socket.socket:
    kind, _, number = address.partition(":")
    return socket.socket(fileno=int(number)) if kind == "fd" else listen("127.0.0.1", int(number))


def _end_with_the_parent() -> None:
    """Wait for the end of standard input, which the parent holds open, then end at once."""
    while os.read(0, 4096):
        pass
    if os.name == "posix":
        os.killpg(os.getpgrp(), signal.SIGKILL)  # whatever the companion started ends too
    os._exit(1)


if __name__ == "__main__":
    folder, root, target, address = sys.argv[1:]
    sys.exit(main(Path(folder), Path(root), target, address))
