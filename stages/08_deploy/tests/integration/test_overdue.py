"""Overdue: open, and due before today. The tests set the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from builders import a_task, save
from databases import Database
from fastapi.testclient import TestClient

from app.models import User

MIDNIGHT = datetime(2027, 2, 1, tzinfo=UTC)
TASKS: dict[str, dict[str, object]] = {
    "Due yesterday": {"due_date": date(2027, 1, 31)},
    "Done in time": {"due_date": date(2027, 1, 31), "completed": True},
    "Due today": {"due_date": date(2027, 2, 1)},
    "Due whenever": {"due_date": None},
    "Due long ago": {"due_date": date(1, 1, 1)},
    "Due at last": {"due_date": date(9999, 12, 31)},
}


@pytest.fixture(autouse=True)
def tasks(database: Database, ada: User) -> None:
    """Give ada a task of each kind."""
    for title, values in TASKS.items():
        save(database, a_task(ada, title=title, **values))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Give a clock that stands still at midnight, when the first of February begins."""
    with time_machine.travel(MIDNIGHT, tick=False) as traveller:
        yield traveller


def titles(client: TestClient, **query: str | int) -> list[str]:
    """Return the titles of the tasks that are listed."""
    answer = client.get("/tasks", params=query)
    assert answer.status_code == 200, answer.text
    return [task["title"] for task in answer.json()]


@pytest.mark.usefixtures("clock")
def test_overdue_tasks_are_open_and_were_due_before_today(
    authenticated_client: TestClient,
) -> None:
    assert titles(authenticated_client, overdue=True) == ["Due yesterday", "Due long ago"]


@pytest.mark.usefixtures("clock")
def test_all_others_are_not_overdue(authenticated_client: TestClient) -> None:
    assert titles(authenticated_client, overdue=False) == [
        "Done in time",
        "Due today",
        "Due whenever",
        "Due at last",
    ]


def test_without_the_question_all_are_listed(authenticated_client: TestClient) -> None:
    assert titles(authenticated_client) == list(TASKS)


def test_a_task_is_overdue_from_midnight_on(
    authenticated_client: TestClient, clock: time_machine.Traveller
) -> None:
    clock.move_to(MIDNIGHT - timedelta(microseconds=1))
    assert titles(authenticated_client, overdue=True) == ["Due long ago"]

    clock.move_to(MIDNIGHT)
    assert titles(authenticated_client, overdue=True) == ["Due yesterday", "Due long ago"]


@pytest.mark.parametrize("place", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_midnight_is_midnight_in_utc_wherever_the_server_is(
    authenticated_client: TestClient, clock: time_machine.Traveller, place: str
) -> None:
    clock.move_to(MIDNIGHT.astimezone(ZoneInfo(place)))

    assert titles(authenticated_client, overdue=True) == ["Due yesterday", "Due long ago"]


@pytest.mark.usefixtures("clock")
def test_pages_are_cut_from_what_is_left(authenticated_client: TestClient) -> None:
    page = titles(authenticated_client, overdue=False, skip=1, limit=2)

    assert page == ["Due today", "Due whenever"]


def test_tasks_of_others_stay_hidden(other_client: TestClient) -> None:
    assert titles(other_client, overdue=True) == []
    assert titles(other_client, overdue=False) == []


@pytest.mark.parametrize("neither", ["", "null", "perhaps", "2", "\0"])
def test_the_question_has_two_answers(authenticated_client: TestClient, neither: str) -> None:
    answer = authenticated_client.get("/tasks", params={"overdue": neither})

    assert answer.status_code == 422
    [problem] = answer.json()["detail"]
    assert problem["loc"] == ["query", "overdue"]
