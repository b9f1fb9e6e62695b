"""`GET /tasks` of stage 06 beside twins with a sync session: what async costs and what it saves."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import databases
from benchmarks.comparison import median_and_spread
from benchmarks.contents import TASKS
from benchmarks.load import Question, Seen, keep_busy, summed_up
from tutor import display

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.databases import Database

APPS = {
    "stage": "async session in `async def` (stage 06)",
    "sync_in_async": "sync session in `async def`",
    "sync_in_threads": "sync session in `def`",
}
CLIENTS = (1, 16, 64)
SLOW_CLIENTS = 5
ROUNDS = 3
WARM_UP, SECONDS, CAP = 1.0, 5.0, 15.0
HEAD = "| session | database | clients | requests/s | p99, ms | failed |"
LINE = "|---|---|--:|--:|--:|--:|"
LEGEND = (
    f"`GET /tasks` of a user with {TASKS} tasks. Medians of {ROUNDS} runs of "
    f"{SECONDS:.0f} s (lowest-highest); `failed`: in all of them. A request without an answer "
    f"{CAP:.0f} s after the start of its run has failed, and counts as answered then."
)
SLOW_LEGEND = f"The same while {SLOW_CLIENTS} more clients run a query of 200 ms again and again."


@dataclass(frozen=True)
class Run:
    """What one run has measured: of `GET /tasks`, and beside it.

    Slow queries a second, and the longest that `GET /` took, in seconds.
    """

    tasks: Seen
    slow_rate: float
    greeting: float


def measure() -> list[str]:
    """Return the lines of two tables: without and with slow queries in flight."""
    with databases.made() as made:
        expected = same_answers(made)
        alone = _cells(made, expected, slow_clients=0)
        beside = _cells(made, expected, slow_clients=SLOW_CLIENTS)
    return [
        *(LEGEND, "", HEAD, LINE, *(_row(*cell) for cell in alone), ""),
        *(SLOW_LEGEND, "", f"{HEAD} slow queries/s | longest `GET /`, ms |", f"{LINE}--:|--:|"),
        *(_row(*cell) + _slow_part(cell[-1]) for cell in beside),
        "",
    ]


def same_answers(made: Iterable[Database]) -> dict[str, bytes]:
    """Return by path what all apps answer on all databases.

    Raise RuntimeError when two differ: to compare their speeds would mean nothing.
    """
    found: dict[str, bytes] = {}
    for database in made:
        for app in APPS:
            with database.served(app) as port:
                for path in ("/tasks", "/slow", "/"):
                    status, body = databases.ask(port, path, token=database.token)
                    if status != 200 or found.setdefault(path, body) != body:
                        raise RuntimeError(f"{app} on {database.name}, {path}: {status} {body!r}")
    return found


Cell = tuple[str, str, int, list[Run]]


def _cells(made: Sequence[Database], expected: dict[str, bytes], slow_clients: int) -> list[Cell]:
    """Measure all apps in turn, several times, on each database with each number of clients."""
    cells: list[Cell] = []
    for database in made:
        for clients in CLIENTS:
            display.note(f"{database.name}, clients: {clients}, slow clients: {slow_clients} ...")
            questions = [
                Question("/tasks", expected["/tasks"], clients, token=database.token),
                Question("/slow", expected["/slow"], slow_clients),
                Question("/", expected["/"], min(slow_clients, 1), pause=0.05),
            ]
            rounds = [[run(database, app, questions) for app in APPS] for _ in range(ROUNDS)]
            for name, runs in zip(APPS.values(), zip(*rounds, strict=True), strict=True):
                cells.append((name, database.name, clients, list(runs)))
    return cells


def run(database: Database, app: str, questions: list[Question]) -> Run:
    """Serve an app anew, keep it busy, and count what was answered after the warm-up."""
    with database.served(app) as port:
        began = time.perf_counter() + WARM_UP
        answers = keep_busy(port, questions, WARM_UP + SECONDS, CAP)
    tasks, slow, greetings = answers
    longest = (each.ended - each.sent for each in greetings if each.ended > began)
    return Run(
        summed_up(tasks, began, SECONDS),
        summed_up(slow, began, SECONDS).rate if slow else 0.0,
        max(longest, default=0.0),
    )


def _row(app: str, database: str, clients: int, runs: list[Run]) -> str:
    rates = median_and_spread(run.tasks.rate for run in runs)
    late = median_and_spread(run.tasks.p99 * 1000 for run in runs)
    failed = sum(run.tasks.failed for run in runs)
    return f"| {app} | {database} | {clients} | {rates} | {late} | {failed} |"


def _slow_part(runs: list[Run]) -> str:
    slow = statistics.median(run.slow_rate for run in runs)
    return f" {slow:.1f} | {max(run.greeting for run in runs) * 1000:.0f} |"
