"""How gunicorn serves the app: `gunicorn --config gunicorn_conf.py`.

Gunicorn runs this file at the start, and once more at each `HUP`.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

from app.core.config import ConfigurationError, Settings, read_settings
from app.core.logs import set_up_logs

FAREWELL = 2  # seconds that a worker has left when its requests have had theirs
MEMORY = Path("/dev/shm")  # noqa: S108  # a folder in memory, which gunicorn uses
METRICS = "PROMETHEUS_MULTIPROC_DIR"

wsgi_app = "app.main:app"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))

# Whose word counts for where a request comes from. A socket that is a file is for the proxy alone,
# by `umask`; over TCP the proxy is named, or anybody could pass for anybody.
umask = 0o007
forwarded_allow_ips = os.environ.get(
    "FORWARDED_ALLOW_IPS", "*" if bind.startswith("unix:") else "127.0.0.1"
)

timeout = 30  # seconds without a sign of life: the event loop is blocked, not a request slow
graceful_timeout = int(os.environ.get("GRACEFUL_TIMEOUT", "30"))  # seconds for what is in flight
keepalive = 75  # seconds, longer than nginx's: who closes first must not be who is written to

accesslog = None  # The app logs each request itself.
control_socket_disable = True  # Signals do.
# A worker touches a file as its sign of life; on a busy disk that may take long.
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None


class Worker(UvicornWorker):  # type: ignore[misc]
    """Uvicorn as a worker of gunicorn, with an end to its patience.

    By default it waits for a stream that does not end until gunicorn kills it, and what `lifespan`
    does at the end is never done.
    """

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.config.timeout_graceful_shutdown = max(self.cfg.graceful_timeout - FAREWELL, 1)


class Logs(Logger):  # type: ignore[misc]
    """The lines of gunicorn itself, in the form of the app's."""

    def setup(self, cfg: object) -> None:
        """Set up, at the start and at each `HUP`, and hand the lines over to the app's handler."""
        super().setup(cfg)
        set_up_logs(readable=os.environ.get("ENVIRONMENT", "development") == "development")


worker_class, logger_class = Worker, Logs


def on_starting(_server: object) -> None:
    """Stop with one sentence when a setting is wrong; have an empty folder for the numbers.

    Old files would be counted again. At a `HUP`, which does not come here, they are in use.
    """
    try:
        read_settings(Settings)
    except ConfigurationError as error:
        sys.exit(str(error))
    if METRICS not in os.environ:
        os.environ[METRICS] = tempfile.mkdtemp(prefix="metrics-")
    for path in Path(os.environ[METRICS]).glob("*.db"):
        path.unlink()


def child_exit(_server: object, worker: Worker) -> None:
    """Forget what a worker had in flight; what it had counted stays."""
    # Not at the top: when this package is imported, it looks whether there is a folder.
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: object) -> None:
    """Leave no folder behind."""
    shutil.rmtree(os.environ[METRICS], ignore_errors=True)
