"""What production costs: `GET /tasks` of stage 08, layer by layer, beside stage 06."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks import contents, databases
from benchmarks.comparison import Share, median_and_spread
from benchmarks.load import Question, Seen, keep_busy, summed_up
from benchmarks.traces import Receiver
from tutor import display

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.databases import Database

CLIENTS = 16
ROUNDS = 7
WARM_UP, SECONDS, CAP = 1.0, 5.0, 15.0
GOAL, WORST = 0.8, 0.6
LOG_LINES = "AccessLogMiddleware"
NUMBERS = f"{LOG_LINES} MetricsMiddleware"
LEGEND = (
    f"`GET /tasks` of a user with {contents.TASKS} tasks, one uvicorn worker, {CLIENTS} clients. "
    f"Medians of {ROUNDS} runs of {SECONDS:.0f} s (lowest-highest), all variants in turn. The "
    "shares are those of the same round, so that what slows the machine slows both."
)
HEAD = (
    "| what answers | database | requests/s | p99, ms | failed | of the line above | of stage 06 |",
    "|---|---|--:|--:|--:|--:|--:|",
)


@dataclass(frozen=True, eq=False)
class Variant:
    """An app to measure: its stage, its module in `benchmarks/apps`, and what is set for it."""

    name: str
    app: str
    stage: str = "08_deploy"
    settings: Mapping[str, str] = field(default_factory=dict)
    traced: bool = False

    @contextmanager
    def served(self, database: Database, receiver: Receiver) -> Iterator[int]:
        """Serve the app on a database of its stage; yield its port."""
        traces = receiver.environment if self.traced else {}
        with tempfile.TemporaryDirectory(dir=database.folder) as folder:
            # As under gunicorn, where workers share their numbers.
            numbers = {"PROMETHEUS_MULTIPROC_DIR": folder}
            with database.served(self.app, **numbers, **traces, **self.settings) as port:
                yield port


STAGE_06 = Variant("stage 06", "stage", "06_database")
BARE = Variant("bare route", "bare")
LAYERS = (
    Variant("+ token", "authenticated"),
    Variant("+ database", "layers", settings={"MIDDLEWARE": ""}),
    Variant("+ log lines", "layers", settings={"MIDDLEWARE": LOG_LINES}),
    Variant("+ metrics", "layers", settings={"MIDDLEWARE": NUMBERS}),
)
FULL = Variant("+ headers, hosts, body limit: stage 08", "stage")
TRACED = Variant("+ traces: all of stage 08", "stage", traced=True)
LADDER = (BARE, *LAYERS, FULL, TRACED)
VARIANTS = (BARE, *LAYERS, STAGE_06, FULL, TRACED)  # in this turn, to judge neighbors


def check(variant: Variant, database: Database, port: int) -> None:
    """Raise RuntimeError when a variant does not answer as all do: its speed would mean nothing."""
    path = f"{database.prefix}/tasks"
    answer = databases.ask(port, path, token=database.token)
    if answer != (200, contents.answer()):
        raise RuntimeError(f"{variant.name} on {database.name}, {path}: {answer!r}")


def measure() -> list[Share | str]:
    """Return the lines of the table, and what is left of the rate of stage 06."""
    lines: list[Share | str] = [LEGEND, "", *HEAD]
    shares: list[Share | str] = []
    with ExitStack() as stack:
        made = [stack.enter_context(databases.made(each.stage)) for each in (STAGE_06, FULL)]
        receiver = stack.enter_context(Receiver().running())
        for pair in zip(*made, strict=True):
            rounds = _rounds(pair, receiver)
            lines += _rows(pair[0].name, rounds)
            shares += _shares(pair[0].name, rounds)
        if not receiver.count:
            raise RuntimeError("No traces came.")
    return [*lines, "", *shares, ""]


Round = dict[Variant, Seen]


def _rounds(pair: Sequence[Database], receiver: Receiver) -> list[Round]:
    """Measure all variants in turn, several times; every other time, the last one comes first."""
    by_stage = {database.folder.name: database for database in pair}
    rounds: list[Round] = []
    for number in range(ROUNDS):
        display.note(f"{pair[0].name}, round {number + 1} of {ROUNDS} ...")
        turn = VARIANTS if number % 2 == 0 else VARIANTS[::-1]
        rounds.append({each: run(each, by_stage[each.stage], receiver) for each in turn})
    return rounds


def run(variant: Variant, database: Database, receiver: Receiver) -> Seen:
    """Serve a variant anew, keep it busy, and sum up what was answered after the warm-up."""
    question = Question(
        f"{database.prefix}/tasks", contents.answer(), CLIENTS, token=database.token
    )
    with variant.served(database, receiver) as port:
        check(variant, database, port)
        began = time.perf_counter() + WARM_UP
        [answers] = keep_busy(port, [question], WARM_UP + SECONDS, CAP)
    return summed_up(answers, began, SECONDS)


def _shares_of(variant: Variant, other: Variant, rounds: list[Round]) -> list[float]:
    return [each[variant].rate / each[other].rate for each in rounds]


def _rows(database: str, rounds: list[Round]) -> Iterator[str]:
    above = None
    for variant in (STAGE_06, *LADDER):
        seen = [each[variant] for each in rounds]
        cells = [
            variant.name,
            database,
            median_and_spread(each.rate for each in seen),
            median_and_spread(each.p99 * 1000 for each in seen),
            str(sum(each.failed for each in seen)),
            median_and_spread(_shares_of(variant, above, rounds), 2) if above else "",
            median_and_spread(_shares_of(variant, STAGE_06, rounds), 2),
        ]
        yield f"| {' | '.join(cells)} |"
        above = None if variant is STAGE_06 else variant


def _shares(database: str, rounds: list[Round]) -> Iterator[Share]:
    for variant, name in ((FULL, "stage 08"), (TRACED, "stage 08 with traces")):
        share = statistics.median(_shares_of(variant, STAGE_06, rounds))
        yield Share(f"{database}, {name}: share of the rate of stage 06", share, GOAL, WORST)
