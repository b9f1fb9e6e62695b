"""A log for machines: each line is JSON and is there once, knows its request, and no secret."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from logged import SECRET, log
from servers import posix_only
from tokens import KEY

pytestmark = posix_only

__all__ = ["log"]  # the fixture

Event = dict[str, Any]


@pytest.fixture(scope="module")
def events(log: str) -> list[Event]:
    """Give the lines of the log, each of which has to be JSON."""
    return [json.loads(line) for line in log.splitlines()]


def requests(events: list[Event]) -> dict[str, Event]:
    """Return the lines about whole requests, by the ID of the request."""
    return {each["request_id"]: each for each in events if each["logger"] == "app.access"}


def test_each_line_says_what_when_how_bad_and_from_where(events: list[Event]) -> None:
    for event in events:
        assert event.keys() >= {"event", "level", "logger", "timestamp"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", event["timestamp"])


def test_no_line_is_lost_and_none_is_doubled(events: list[Event]) -> None:
    said = Counter(each["event"] for each in events if each["logger"] == "uvicorn.error")

    assert [name.split(" [")[0] for name in said] == [
        "Started server process",
        "Waiting for application startup.",
        "Application startup complete.",
        *[each for each in said if each.startswith("Uvicorn running on")],
        "Exception in ASGI application\n",
        "Shutting down",
        "Waiting for application shutdown.",
        "Application shutdown complete.",
        "Finished server process",
    ]
    assert set(said.values()) == {1}
    inserts = [each["event"] for each in events if each["event"].startswith("INSERT INTO tasks")]
    assert len(inserts) == 1


def test_each_request_has_one_line_with_its_route_status_and_duration(events: list[Event]) -> None:
    found = requests(events)

    assert len(found) == sum(each["logger"] == "app.access" for each in events) == 11
    assert {name: (each["method"], each["route"], each["status"]) for name, each in found.items()
            if len(name) < 32} == {
        "register": ("POST", "/api/v1/register", 201),
        "refused": ("POST", "/api/v1/register", 422),
        "wrong": ("POST", "/api/v1/token", 401),
        "login": ("POST", "/api/v1/token", 200),
        "create": ("POST", "/api/v1/tasks", 201),
        "list": ("GET", "/api/v1/tasks", 200),
        "read": ("GET", "/api/v1/tasks/{task_id}", 200),
        "broken": ("GET", "/broken/{number}", 500),
        "stream": ("GET", "/stream", 200),
        "forged": ("GET", "unmatched", 404),
    }  # fmt: skip
    assert all(each["milliseconds"] > 0 for each in found.values())
    assert found["read"]["path"] == "/api/v1/tasks/1"


def test_what_happens_on_the_way_has_the_id_of_its_request(events: list[Event]) -> None:
    named = {each.get("request_id"): each for each in events if each["logger"] != "app.access"}
    by_event = {each["event"]: each.get("request_id") for each in events}

    assert by_event["In the middle of it"] == "stream"
    assert by_event["Exception in ASGI application\n"] == "broken"
    assert "ValueError: This is meant." in named["broken"]["exception"]
    [insert] = [each for each in events if each["event"].startswith("INSERT INTO tasks")]
    assert insert["request_id"] == "create"
    assert "request_id" not in events[0]


def test_no_secret_is_in_the_log(log: str) -> None:
    assert SECRET not in log
    assert "Bearer" not in log
    assert "eyJ" not in log, "A token."
    assert KEY not in log
    assert "token=" not in log


def test_nobody_can_forge_a_line(events: list[Event]) -> None:
    assert all(each["event"] != "forged" for each in events)
    assert "%0A" in requests(events)["forged"]["path"].upper()
