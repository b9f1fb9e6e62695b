"""Requests at the same moment on two workers: the database lets one of them be first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from clients import add_prefix
from databases import Database
from servers import DEADLINE, posix_only, serving_harness, until

pytestmark = posix_only


@pytest.fixture
def workers(database: Database) -> Iterator[httpx2.Client]:  # noqa: ARG001  # it has to be there
    """Speak to two workers, a connection for each request."""
    limits = httpx2.Limits(max_keepalive_connections=0)
    with (
        serving_harness("--workers=2") as url,
        httpx2.Client(base_url=url, timeout=DEADLINE, limits=limits) as client,
    ):
        client.event_hooks["request"].append(add_prefix)
        first = client.get("/harness").json()["process"]
        until(lambda: client.get("/harness").json()["process"] != first)
        yield client


def at_once(client: httpx2.Client, bodies: list[dict[str, str]]) -> list[httpx2.Response]:
    """Register with each body, all at the same time."""
    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(lambda body: client.post("/register", json=body), bodies))


def check_one_winner(answers: list[httpx2.Response], detail: str) -> None:
    """Check that one was registered, and that all others were told why they were not."""
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert refusals == [{"detail": detail}] * 19


def test_of_many_who_want_a_name_or_an_email_one_gets_it(
    workers: httpx2.Client, database: Database
) -> None:
    new_user = {"username": "ada", "password": "password123"}
    check_one_winner(at_once(workers, [new_user] * 20), "Username already registered")

    new_user["email"] = "ada@example.com"
    bodies = [new_user | {"username": f"user{number}"} for number in range(20)]
    check_one_winner(at_once(workers, bodies), "Email already registered")

    assert len(database.run("SELECT id FROM users WHERE full_name IS NULL")) == 2


def test_nobody_edits_a_task_that_somebody_completes(workers: httpx2.Client) -> None:
    form = {"username": "testuser", "password": "password123"}
    token = workers.post("/token", data=form).json()["access_token"]
    workers.headers["Authorization"] = f"Bearer {token}"

    for _ in range(10):
        path = f"/tasks/{workers.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"
        changes = [{"title": f"Edit {number}"} for number in range(5)] + [{"completed": True}]
        with ThreadPoolExecutor(len(changes)) as pool:
            *edits, completed = pool.map(
                lambda change, path=path: workers.patch(path, json=change), changes
            )

        assert completed.status_code == 200
        assert {edit.status_code for edit in edits} <= {200, 409}
        assert workers.get(path).json() == completed.json(), "It was edited when it was locked."
