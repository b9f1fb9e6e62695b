"""Stage 08 as it is deployed, under load: nginx, gunicorn with its workers, PostgreSQL."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import contents, databases
from benchmarks.load import HOST
from tutor import display

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.databases import Database

STAGE = "08_deploy"
PATH = "/api/v1/tasks"
CONNECTIONS = 64
WARM_UP, SECONDS, PATIENCE = 10, 60, 10
LEGEND = (
    f"`GET {PATH}` of a user with {contents.TASKS} tasks: wrk with {CONNECTIONS} "
    f"connections for {SECONDS} s, nginx, gunicorn with 2 workers, all on this machine. `failed`: "
    f"no answer, an error, or an answer after more than {PATIENCE} s. `memory`: resident, of both "
    f"workers, after {WARM_UP} s of the same load, and in the end."
)
HEAD = (
    "| database | requests/s | p99, ms | answered | failed | memory before, MB | after, MB "
    "| workers lost |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
)
# What wrk itself prints is for people.
REPORT = """
done = function(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format(
        '\\n{"answered": %d, "seconds": %f, "failed": %d, "p99": %f}\\n',
        summary.requests - errors.status, summary.duration / 1e6, failed,
        latency:percentile(99) / 1e6
    ))
end
"""


@dataclass(frozen=True)
class Load:
    """What wrk has seen: right answers, in so many seconds, failures, and the p99 in seconds."""

    answered: int
    seconds: float
    failed: int
    p99: float


@dataclass(frozen=True)
class Front:
    """The stage behind nginx: a port, a token, and the process ID of gunicorn."""

    port: int
    token: str
    gunicorn: int

    def press(self, seconds: int) -> Load:
        """Let wrk ask for the tasks for so long."""
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "report.lua"
            script.write_text(REPORT, encoding="utf-8")
            options = {"-t": 1, "-c": CONNECTIONS, "-d": seconds, "-s": script}
            command = [find_wrk(), *(str(part) for option in options.items() for part in option)]
            command += ["--timeout", f"{PATIENCE}s", "-H", f"Authorization: Bearer {self.token}"]
            url = f"http://{HOST}:{self.port}{PATH}"
            done = subprocess.run([*command, url], check=True, capture_output=True, text=True)
        return Load(**json.loads(done.stdout.splitlines()[-1]))

    def memory(self) -> dict[int, float]:
        """Return the resident memory of each worker in MB, by its process ID."""
        command = ["ps", "-A", "-o", "ppid=", "-o", "pid=", "-o", "rss="]
        table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        lines = (map(int, line.split()) for line in table.splitlines())
        return {pid: kb / 1024 for parent, pid, kb in lines if parent == self.gunicorn}


def find_wrk() -> str:
    """Return where wrk is; skip what needs it when there is none."""
    found = shutil.which("wrk")
    if found is None:
        pytest.skip("wrk was not found. Install Debian's wrk.")
    return found


def measure() -> list[str]:
    """Return the lines of the table, or say what is not installed."""
    try:
        find_wrk()
        with databases.made(STAGE) as made, served(made[-1]) as front:
            return [LEGEND, "", *HEAD, _row(made[-1].name, front), ""]
    except pytest.skip.Exception as why:
        return [str(why), ""]


@contextmanager
def served(database: Database) -> Iterator[Front]:
    """Serve a database as the stage's own tests do: with its gunicorn and its nginx."""
    gunicorns, proxies = (databases.helper(STAGE, name) for name in ("gunicorns", "proxies"))
    names = ("DATABASE_URL", "SECRET_KEY", "ENVIRONMENT")
    settings = {name: database.environment[name] for name in names}
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        behind, before = (Path(temporary) / name for name in ("behind", "before"))
        behind.mkdir()
        before.mkdir()
        socket_file = behind / "app.sock"
        run = gunicorns.gunicorn(behind, app="app.main:app", socket_file=socket_file, **settings)
        server = stack.enter_context(run)
        server.until(socket_file.exists)
        url = stack.enter_context(proxies.nginx(before, f"unix:{socket_file}"))
        front = Front(int(url.rpartition(":")[2]), database.token, server.pid)
        server.until(lambda: len(front.memory()) == gunicorns.WORKERS)
        answer = databases.ask(front.port, PATH, token=front.token)  # once there is one
        if answer != (200, contents.answer()):
            raise RuntimeError(f"{PATH}: {answer!r}")
        yield front


def _row(database: str, front: Front) -> str:
    display.note(f"{database}, {WARM_UP} s and {SECONDS} s ...")
    front.press(WARM_UP)
    before = front.memory()
    load = front.press(SECONDS)
    after = front.memory()
    cells = [
        database,
        f"{load.answered / load.seconds:.0f}",
        f"{load.p99 * 1000:.0f}",
        str(load.answered),
        str(load.failed),
        f"{sum(before.values()):.0f}",
        f"{sum(after.values()):.0f}",
        str(len(before.keys() - after.keys())),
    ]
    return f"| {' | '.join(cells)} |"
