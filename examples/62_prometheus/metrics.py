"""What the app counts, and the text in which Prometheus reads it."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryFile

if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)  # Its client takes an empty name for one, too.

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names a folder in which workers keep their numbers for each other."""

CONTENT_TYPE = CONTENT_TYPE_LATEST

disable_created_metrics()  # type: ignore[no-untyped-call]  # nobody asks when a series began


class Metrics:
    """The numbers of one process; with a folder, each worker has a file of its own there."""

    def __init__(self) -> None:
        if FOLDER in os.environ:
            prepare(Path(os.environ[FOLDER]))
        self.registry: CollectorRegistry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "Seconds from a request to the end of its answer.",
            ["method", "route"],
            registry=self.registry,
        )
        self.in_progress = Gauge(
            "http_requests_in_progress",
            "Requests that have come and are not done with.",
            multiprocess_mode="livesum",  # the sum of all workers that live
            registry=self.registry,
        )
        self.items_created = Counter(
            "items_created_total", "Items that were created.", registry=self.registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request that has been answered."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return the numbers of all workers as Prometheus reads them."""
        if FOLDER not in os.environ:
            return generate_latest(self.registry)
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]  # it says nothing of types
        return generate_latest(everybody)


def prepare(folder: Path) -> None:
    """Make the folder; forget what ended workers had in progress, but not what they counted.

    A worker that is killed cannot do this itself, so its successor does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("gauge_live*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and (int(pid) == os.getpid() or not is_running(int(pid))):
            file.unlink(missing_ok=True)


def is_running(pid: int) -> bool:
    """Tell whether there is such a process."""
    if sys.platform == "win32":  # There the question would end the process.
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # It is somebody else's.
        return True
    return True


def make(folder: Path) -> None:
    """Make the folder; end the process with one sentence when nobody can write there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        sentence = f"{FOLDER} names no folder to write in: {folder}: {error.strerror}"
        raise SystemExit(f"The app cannot start. {sentence}.") from None


if FOLDER in os.environ:  # At the import: the server does not begin then.
    make(Path(os.environ[FOLDER]))
