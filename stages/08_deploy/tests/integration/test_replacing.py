"""Two ways of replacing what lives as long as the app: side by side, with the same result."""

from dataclasses import dataclass, field

import pytest
from builders import a_task, save
from databases import Database
from fastapi import FastAPI
from fastapi.testclient import TestClient
from svcs.fastapi import get_registry

from app.dependencies import get_emailer
from app.emailer import Emailer
from app.models import User


@dataclass
class Outbox:
    """An emailer that keeps what it is given."""

    sent: list[str] = field(default_factory=list)

    async def send(self, to: str, subject: str, text: str) -> None:  # noqa: ARG002  # an Emailer's
        """Keep the address."""
        self.sent.append(to)


@pytest.fixture
def path(database: Database, ada: User) -> str:
    """Give ada a task, and return where it is shared."""
    task = a_task(ada)
    save(database, task)
    return f"/tasks/{task.id}/share"


def test_the_dependency_is_overridden(
    app: FastAPI, authenticated_client: TestClient, path: str
) -> None:
    outbox = Outbox()
    # FastAPI asks this function in place of the other: any dependency can be replaced so.
    app.dependency_overrides[get_emailer] = lambda: outbox

    authenticated_client.post(path, json={"email": "eve@example.com"})

    assert outbox.sent == ["eve@example.com"]


def test_the_registration_in_the_container_is_replaced(
    running: TestClient, authenticated_client: TestClient, path: str
) -> None:
    outbox = Outbox()
    # The app asks its container; code that FastAPI does not call could do the same.
    get_registry(running).register_value(Emailer, outbox)

    authenticated_client.post(path, json={"email": "eve@example.com"})

    assert outbox.sent == ["eve@example.com"]


def test_an_override_goes_before_the_container(
    app: FastAPI, running: TestClient, authenticated_client: TestClient, path: str
) -> None:
    overriding, registered = Outbox(), Outbox()
    app.dependency_overrides[get_emailer] = lambda: overriding
    get_registry(running).register_value(Emailer, registered)

    authenticated_client.post(path, json={"email": "eve@example.com"})

    assert (overriding.sent, registered.sent) == (["eve@example.com"], [])


def test_what_is_replaced_in_one_app_is_replaced_in_no_other(
    app: FastAPI, running: TestClient, client: TestClient
) -> None:
    outbox = Outbox()
    app.dependency_overrides[get_emailer] = lambda: outbox
    get_registry(running).register_value(Emailer, outbox)
    task_id = client.post("/tasks", json={"title": "Buy milk"}).json()["id"]

    answer = client.post(f"/tasks/{task_id}/share", json={"email": "eve@example.com"})

    assert answer.status_code == 202
    assert outbox.sent == []
