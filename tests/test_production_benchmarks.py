"""What the benchmarks of stage 08 compare, and what they count."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from benchmarks import contents, databases, paging, production, through_nginx
from benchmarks.comparison import Share
from benchmarks.load import HOST
from benchmarks.production import FULL, STAGE_06, TRACED, VARIANTS, Variant
from benchmarks.traces import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.databases import Database

pytestmark = pytest.mark.once

DEADLINE = 30.0
LAYERS = {
    "stage 06": {"token", "database"},
    "bare route": set(),
    "+ token": {"token"},
    "+ database": {"token", "database"},
    "+ log lines": {"token", "database", "log lines"},
    "+ metrics": {"token", "database", "log lines", "metrics"},
    FULL.name: {"token", "database", "log lines", "metrics", "headers"},
    TRACED.name: {"token", "database", "log lines", "metrics", "headers", "traces"},
}


@pytest.fixture(scope="module")
def old() -> Iterator[list[Database]]:
    with databases.made("06_database") as made:
        yield made


@pytest.fixture(scope="module")
def new() -> Iterator[list[Database]]:
    with databases.made("08_deploy") as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as receiver:
        yield receiver


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_variant_answers_as_all_do_and_has_its_layers(
    old: list[Database], new: list[Database], receiver: Receiver, variant: Variant
) -> None:
    database = (old if variant.stage == STAGE_06.stage else new)[0]
    quick = replace(variant, settings={**variant.settings, "OTEL_BSP_SCHEDULE_DELAY": "50"})
    with quick.served(database, receiver) as port:
        production.check(quick, database, port)
        found = layers(database, port)
        deadline = time.monotonic() + (DEADLINE if variant.traced else 0)
        while not receiver.count and time.monotonic() < deadline:
            time.sleep(0.01)
    assert found | ({"traces"} if receiver.count else set()) == LAYERS[variant.name]


def layers(database: Database, port: int) -> set[str]:
    """Return the layers that show from outside."""
    path = f"{database.prefix}/tasks"
    with closing(HTTPConnection(HOST, port, timeout=DEADLINE)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
    found = {"token"} if answer.status == 401 else set()
    found |= {"headers"} if answer.headers["X-Request-ID"] else set()
    status, _ = databases.ask(port, path, "{}", token=database.token)
    found |= {"database"} if status == 422 else set()
    found |= {"log lines"} if f'"path": "{path}"' in database.log(port).read_text() else set()
    _, numbers = databases.ask(port, "/metrics")
    return found | ({"metrics"} if f'route="{path}"'.encode() in numbers else set())


def test_a_variant_that_answers_something_else_is_not_measured(
    new: list[Database], receiver: Receiver
) -> None:
    stranger = replace(new[0], token="none")
    with pytest.raises(RuntimeError, match="401"):
        production.run(FULL, stranger, receiver)


def test_a_run_counts_answers(
    new: list[Database], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(production, "WARM_UP", 0.1)
    monkeypatch.setattr(production, "SECONDS", 0.5)
    seen = production.run(FULL, new[-1], receiver)
    assert seen.rate > 0
    assert seen.p99 > 0
    assert seen.failed == 0


def test_a_share_is_judged_by_its_goal() -> None:
    verdicts = [Share("", share, 0.8, 0.6).verdict for share in (0.8, 0.79, 0.6, 0.59)]
    assert verdicts == ["met", "within the worst", "within the worst", "missed"]


@pytest.mark.parametrize("number", [0, 1], ids=["sqlite", "postgresql"])
def test_both_ways_of_paging_lead_to_the_same_tasks(
    new: list[Database], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if number == len(new):
        pytest.skip("PostgreSQL was not found.")
    by_offset = paging.by_offset
    paging.fill(new[number], tasks=60)
    with (
        new[number].served("stage") as port,
        closing(paging.Client(port, new[number].token)) as client,
    ):
        places = paging.find_pages(client, far=3)
        last = json.loads(client.get(places[paging.BY_CURSOR][1]))
        monkeypatch.setattr(paging, "by_offset", lambda skip: by_offset(skip + 1))
        with pytest.raises(RuntimeError, match="has the tasks"):
            paging.find_pages(client, far=2)
    step = 1 + paging.OTHERS
    ids = range(contents.TASKS + 1, contents.TASKS + 1 + 50 * step, step)
    assert [task["id"] for task in last["items"]] == list(ids)[-paging.PAGE :]
    assert last["next"] is None


@pytest.mark.filterwarnings(
    "ignore:'crypt' is deprecated:DeprecationWarning:passlib.utils",
    "ignore:Accessing argon2.__version__:DeprecationWarning:passlib.handlers.argon2",
)
def test_load_goes_through_nginx_to_both_workers_and_only_what_is_right_counts(
    new: list[Database],
) -> None:
    if shutil.which("wrk") is None:
        pytest.skip("wrk was not found. Install Debian's wrk.")
    with through_nginx.served(new[-1]) as front:
        load = front.press(2)
        memory = front.memory()
        refused = replace(front, token="none").press(1)
    assert load.answered > 0
    assert load.failed == 0
    assert 0 < load.p99 < through_nginx.PATIENCE
    assert len(memory) == 2
    assert min(memory.values()) > 10
    assert refused.answered == 0
    assert refused.failed > 0
