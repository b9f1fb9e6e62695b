"""While an email is sent, which may take long, nobody waits for a connection to the database."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from builders import a_task, save
from databases import Database
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.pool import Pool

from app.dependencies import get_emailer
from app.models import User


@pytest.fixture
def borrowed() -> Iterator[set[object]]:
    """Give the connections to databases that are in use."""
    now: set[object] = set()

    def out(connection: object, *_: object) -> None:
        now.add(connection)

    def back(connection: object, *_: object) -> None:
        now.discard(connection)

    sa.event.listen(Pool, "checkout", out)
    sa.event.listen(Pool, "checkin", back)
    yield now
    sa.event.remove(Pool, "checkout", out)
    sa.event.remove(Pool, "checkin", back)


def test_while_an_email_is_sent_no_connection_is_held(
    app: FastAPI,
    authenticated_client: TestClient,
    database: Database,
    ada: User,
    borrowed: set[object],
) -> None:
    task = a_task(ada)
    save(database, task)
    held: list[int] = []

    class Emailer:
        async def send(self, *_: str) -> None:
            held.append(len(borrowed))

    app.dependency_overrides[get_emailer] = Emailer
    path = f"/tasks/{task.id}/share"

    answer = authenticated_client.post(path, json={"email": "eve@example.com"})

    assert answer.status_code == 202
    assert held == [0]
