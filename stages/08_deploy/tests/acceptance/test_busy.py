"""A slow query is waited for by those who need it, and by nobody else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from clients import add_prefix_async
from databases import Database
from servers import DEADLINE, posix_only, serving_harness

pytestmark = posix_only

POOL = 15
"""So many connections the engine of a process has, at most."""


@dataclass
class Busy:
    """A server whose slow queries wait until they are released."""

    url: str
    database: Database
    file: Path
    lock: ExitStack

    def release(self) -> None:
        """Let the slow queries come to their end."""
        self.file.touch()
        self.lock.close()

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Speak to it as testuser, over as many connections as there are requests."""
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx2.AsyncClient(base_url=self.url, timeout=DEADLINE, limits=limits) as client:
            client.event_hooks["request"].append(add_prefix_async)
            form = {"username": "testuser", "password": "password123"}
            token = (await client.post("/token", data=form)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client


@pytest.fixture
def busy(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Busy]:
    """Start a server, and hold up its slow queries."""
    file = tmp_path / "released"
    monkeypatch.setenv("RELEASED", str(file))
    with serving_harness() as url, ExitStack() as lock:
        if database.kind == "postgresql":
            connection = lock.enter_context(database.engine.begin())
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))
        yield Busy(url, database, file, lock)
        file.touch()


async def until_in_flight(client: httpx2.AsyncClient, number: int) -> None:
    """Wait until the server has so many requests to answer."""
    async with asyncio.timeout(DEADLINE):
        while (await client.get("/harness")).json()["in_flight"] != number:  # noqa: ASYNC110  # only the server knows
            await asyncio.sleep(0.01)


def test_others_are_served_while_a_query_takes_long(busy: Busy) -> None:
    async def scenario() -> None:
        async with busy.client() as client:
            slow = asyncio.ensure_future(client.get("/slow"))
            await until_in_flight(client, 1)

            answers = await asyncio.gather(*(client.get("/tasks") for _ in range(40)))
            new = await client.post("/tasks", json={"title": "Buy milk"})
            assert not slow.done()
            busy.release()

            assert [answer.status_code for answer in answers] == [200] * 40
            assert new.status_code == 201
            assert (await slow).status_code == 200

    asyncio.run(scenario())


def test_when_all_connections_are_busy_others_wait_and_none_fails(busy: Busy) -> None:
    async def scenario() -> None:
        async with busy.client() as client:
            slow = [asyncio.ensure_future(client.get("/slow")) for _ in range(POOL)]
            await until_in_flight(client, POOL)
            lists = [asyncio.ensure_future(client.get("/tasks")) for _ in range(200)]
            await until_in_flight(client, POOL + 200)

            assert (await client.get("/")).status_code == 200
            assert not any(request.done() for request in (*slow, *lists))
            busy.release()

            answers = await asyncio.gather(*slow, *lists)
            assert [answer.status_code for answer in answers] == [200] * (POOL + 200)

    asyncio.run(scenario())
