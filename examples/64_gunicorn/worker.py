"""Uvicorn as a worker of gunicorn, with an end that nobody notices."""

import asyncio
import signal
import socket
import sys

import uvicorn
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

MOMENT = 0.5
"""Seconds in which a connection that is there can still send a request."""
FAREWELL = 2
"""Seconds that are left, when the requests have had theirs, before gunicorn kills."""


class PatientServer(uvicorn.Server):
    """Uvicorn, which first takes no more connections, and a moment later closes the idle ones.

    At a `HUP` all old workers end at once. Who sends a request again when its connection was closed
    must not come upon the next worker that is about to close.
    """

    def end(self) -> None:
        """Begin to end."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: leave new connections to other workers, wait a moment, and go on as uvicorn does."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(MOMENT)
        await super().shutdown(sockets)


class Worker(UvicornWorker):  # type: ignore[misc]
    """Serves with a patient server, and ends by itself before gunicorn would kill it."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.config.timeout_graceful_shutdown = self.cfg.graceful_timeout - FAREWELL

    async def _serve(self) -> None:
        """Do what the method of the base does, with another server."""
        self.config.app = self.wsgi
        server = PatientServer(self.config)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGQUIT, server.end)  # what gunicorn makes of an INT, too
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)
