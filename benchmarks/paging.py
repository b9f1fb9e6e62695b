"""Pages of stage 08: version 2 of the list finds them by cursor, version 1 by offset."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from contextlib import closing
from datetime import date
from itertools import cycle, islice, permutations
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

import sqlalchemy as sa

from benchmarks import contents, databases
from benchmarks.comparison import median_and_spread
from benchmarks.load import HOST
from benchmarks.run_command import DEADLINE
from tutor import display

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.databases import Database

STAGE = "08_deploy"
TASKS, PAGE = 10_000, 20
FAR = TASKS // PAGE
OTHERS = 4
WARM_UP, ROUNDS = 24, 288
LEGEND = (
    f"Pages of {PAGE} tasks, of a user with {TASKS:,} of them; {OTHERS} other users have as many "
    f"in between. Medians of {ROUNDS} requests of one client, in turn (lowest-highest)."
)
HEAD = (
    f"| a page is found | database | page 1, ms | page {FAR}, ms | page {FAR} / page 1 |",
    "|---|---|--:|--:|--:|",
)
BY_OFFSET, BY_CURSOR = "by offset (version 1)", "by cursor (version 2)"

users = sa.table(
    "users",
    sa.column("id", sa.Uuid),
    sa.column("disabled", sa.Boolean),
    sa.column("created_at", sa.DateTime(timezone=True)),
    *map(sa.column, ("username", "password_hash")),
)
rows = sa.table(
    "tasks",
    sa.column("owner_id", sa.Uuid),
    sa.column("due_date", sa.Date),
    sa.column("completed", sa.Boolean),
    *map(sa.column, ("title", "description")),
)


def measure() -> list[str]:
    """Return the lines of the table."""
    lines = [LEGEND, "", *HEAD]
    with databases.made(STAGE) as made:
        for database in made:
            display.note(f"{database.name} ...")
            fill(database, TASKS)
            with database.served("stage") as port, closing(Client(port, database.token)) as client:
                lines += _rows(database.name, client)
    return [*lines, ""]


def fill(database: Database, tasks: int) -> None:
    """Let the user have so many tasks, and other users as many, task by task in turn."""
    url = sa.make_url(database.environment["DATABASE_URL"])
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        user = dict(connection.execute(sa.select(users)).mappings().one())
        others = [user | {"id": uuid4(), "username": f"other-{n}"} for n in range(OTHERS)]
        connection.execute(users.insert(), others)
        owners = [each["id"] for each in (user, *others)]
        values = [_row(n, owner) for n in range(contents.TASKS + 1, tasks + 1) for owner in owners]
        connection.execute(rows.insert(), values)
        connection.execute(sa.text("ANALYZE"))  # PostgreSQL would do so by itself, but when?
    engine.dispose()


def _row(number: int, owner: object) -> dict[str, object]:
    task = contents.task(number)
    due_date = date.fromisoformat(str(task["due_date"]))
    return task | {"due_date": due_date, "completed": False, "owner_id": owner}


class Client:
    """A client that asks for pages over one connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=DEADLINE)
        self._headers = {"Authorization": f"Bearer {token}"}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str) -> bytes:
        """Return the content of an answer; raise RuntimeError unless it is a 200."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path}: {answer.status} {content!r}")
        return content

    def seconds(self, path: str) -> float:
        """Return how long an answer takes."""
        started = time.perf_counter()
        self.get(path)
        return time.perf_counter() - started


Places = dict[str, tuple[str, str]]


def find_pages(client: Client, far: int) -> Places:
    """Return the paths of the first page and of the page `far`, each way.

    Raise RuntimeError when the two ways lead to different tasks.
    """
    cursor = ""
    for _ in range(1, far):
        cursor = json.loads(client.get(by_cursor(cursor)))["next"]
    places = {
        BY_OFFSET: (by_offset(0), by_offset((far - 1) * PAGE)),
        BY_CURSOR: (by_cursor(""), by_cursor(cursor)),
    }
    for offset, page in zip(places[BY_OFFSET], places[BY_CURSOR], strict=True):
        pages = json.loads(client.get(offset)), json.loads(client.get(page))["items"]
        expected, found = ([task["id"] for task in tasks] for tasks in pages)
        if found != expected or len(found) != PAGE:
            raise RuntimeError(f"{offset} has the tasks {expected}, {page} has {found}.")
    return places


def by_offset(skip: int) -> str:
    """Return the path of the page after the first `skip` tasks."""
    return f"/api/v1/tasks?{urlencode({'skip': skip, 'limit': PAGE})}"


def by_cursor(cursor: str) -> str:
    """Return the path of the page that a cursor leads to; an empty one, to the first."""
    return f"/api/v2/tasks?{urlencode({'cursor': cursor, 'limit': PAGE})}"


def _rows(database: str, client: Client) -> Iterator[str]:
    places = find_pages(client, FAR)
    paths = [path for pair in places.values() for path in pair]
    taken: dict[str, list[float]] = {path: [] for path in paths}
    # In all orders: an answer that takes long leaves the machine otherwise than a short one does.
    for turn in islice(cycle(permutations(paths)), WARM_UP + ROUNDS):
        for path in turn:
            taken[path].append(client.seconds(path) * 1000)
    for name, pair in places.items():
        first, far = (taken[path][WARM_UP:] for path in pair)
        ratio = statistics.median(far) / statistics.median(first)
        cells = (median_and_spread(first, 1), median_and_spread(far, 1))
        yield f"| {name} | {database} | {' | '.join(cells)} | {ratio:.2f} |"
