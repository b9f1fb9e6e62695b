"""Sharing a task by email, with an emailer that only notes what it is asked to send."""

from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from builders import a_task, save
from databases import Database
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.dependencies import get_emailer
from app.emailer import Emailer
from app.errors import EmailNotTakenError
from app.models import User

EVE = {"email": "eve@example.com"}


@pytest.fixture
def emailer(app: FastAPI) -> Any:  # noqa: ANN401  # it is an Emailer, and a mock as well
    """Replace what sends emails; the mock refuses calls that the real one does not have."""
    mock = create_autospec(Emailer, instance=True)
    app.dependency_overrides[get_emailer] = lambda: mock
    return mock


@pytest.fixture
def path(database: Database, ada: User) -> str:
    """Give ada a task, and return where it is shared."""
    task = a_task(ada, title="Buy milk", description="Two bottles")
    save(database, task)
    return f"/tasks/{task.id}/share"


def test_a_shared_task_is_sent(
    authenticated_client: TestClient, emailer: AsyncMock, path: str
) -> None:
    answer = authenticated_client.post(path, json=EVE)

    assert answer.status_code == 202
    assert answer.json() == EVE
    emailer.send.assert_awaited_once_with(
        "eve@example.com",
        "Task: Buy milk",
        "ada shares a task with you: Buy milk\n\nTwo bottles",
    )


def test_when_it_cannot_be_sent_the_client_may_try_again_later(
    authenticated_client: TestClient, emailer: AsyncMock, path: str
) -> None:
    emailer.send.side_effect = EmailNotTakenError("The email cannot be sent now")

    answer = authenticated_client.post(path, json=EVE)

    assert answer.status_code == 503
    assert answer.json() == {"detail": "The email cannot be sent now"}
    assert int(answer.headers["Retry-After"]) > 0


def test_the_task_of_another_is_not_shared(
    other_client: TestClient, emailer: AsyncMock, path: str
) -> None:
    answer = other_client.post(path, json=EVE)

    assert answer.status_code == 404
    emailer.send.assert_not_called()


def test_nobody_shares_without_a_token(running: TestClient, emailer: AsyncMock, path: str) -> None:
    assert running.post(path, json=EVE).status_code == 401
    emailer.send.assert_not_called()


def test_a_completed_task_may_be_shared(
    authenticated_client: TestClient, emailer: AsyncMock, database: Database, ada: User
) -> None:
    task = a_task(ada, completed=True)
    save(database, task)

    answer = authenticated_client.post(f"/tasks/{task.id}/share", json=EVE)

    assert answer.status_code == 202
    emailer.send.assert_awaited_once()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": None},
        {"email": "eve"},
        {"email": "eve@example.com, all@example.com"},
        {"email": "eve@example.com\nBcc: all@example.com"},
        {"email": ["eve@example.com"]},
        {"email": "eve\0@example.com"},
        {"email": "eve@example.com", "text": "Buy here!"},
    ],
)
def test_a_task_is_sent_to_one_address_as_it_is(
    authenticated_client: TestClient, emailer: AsyncMock, path: str, body: dict[str, object]
) -> None:
    answer = authenticated_client.post(path, json=body)

    assert answer.status_code == 422
    emailer.send.assert_not_called()


def test_the_address_is_trimmed_and_lowered_as_everywhere(
    authenticated_client: TestClient, emailer: AsyncMock, path: str
) -> None:
    authenticated_client.post(path, json={"email": " Eve@Example.COM "})

    assert emailer.send.await_args.args[0] == "eve@example.com"


def test_without_a_mail_server_the_email_is_a_line_in_the_log(
    authenticated_client: TestClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert authenticated_client.post(path, json=EVE).status_code == 202

    assert [each for each in caplog.messages if "eve@example.com" in each]
