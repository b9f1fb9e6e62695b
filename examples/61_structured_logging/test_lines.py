"""What the log says of a request: when it begins, on the way, and how it ends."""

import re
from datetime import datetime

import pytest

from conftest import Log

STARTED, COMPLETED, FAILED = "request_started", "request_completed", "request_failed"


def test_each_line_says_when_how_bad_by_whom_for_which_request_and_what(log: Log) -> None:
    for line in log.lines:
        assert [*line][:6] == ["timestamp", "level", "service", "request_id", "event", "logger"]
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() is not None
        assert line["level"] in {"info", "warning", "error"}
        assert line["service"] == "shop"


def test_the_servers_lines_have_nothing_for_terminals(log: Log) -> None:
    assert "color_message" not in log.text
    assert len(log.only("Shutting down")) == 6


def test_nothing_is_written_beside_the_log(log: Log) -> None:
    assert log.errors == ""


def test_the_servers_own_lines_are_there_and_each_is_there_once(log: Log) -> None:
    said = [line["event"] for line in log.lines if line["logger"] == "uvicorn.error"]

    assert [re.sub(r" [\[(].*", "", event) for event in said if "ASGI" not in event] == [
        "Started server process",
        "Waiting for application startup.",
        "Application startup complete.",
        "Uvicorn running on socket",
        "Shutting down",
        "Waiting for application shutdown.",
        "Application shutdown complete.",
        "Finished server process",
    ]
    assert log.events("items/7", "uvicorn.access") == [
        each["event"] for each in log.lines if "GET /items/7 " in each["event"]
    ]


@pytest.mark.parametrize("path", ["items/7", "sync/8"])
def test_all_that_happens_in_a_request_has_its_id(log: Log, path: str) -> None:
    events = log.events(path)

    assert events == [STARTED, "item_found", COMPLETED, "view_counted"]
    assert log.answers[path].headers["x-request-id"] == log.of(path)[0]["request_id"]


def test_what_has_completed_says_what_it_was_and_how_long_it_took(log: Log) -> None:
    line = log.only(COMPLETED, path="/items/7")

    assert (line["level"], line["method"], line["status"]) == ("info", "GET", 200)
    assert line["duration_ms"] >= 15, "The item takes 20 ms to be found."


@pytest.mark.parametrize(("path", "status"), [("nowhere", 404), ("items/0", 422)])
def test_an_answer_that_refuses_has_completed(log: Log, path: str, status: int) -> None:
    assert log.events(path) == [STARTED, COMPLETED]
    assert log.only(COMPLETED, path=f"/{path}")["status"] == status


def test_what_nobody_expected_has_failed(log: Log) -> None:
    line = log.only(FAILED, path="/fail")

    assert log.events("fail") == [STARTED, FAILED]
    assert (line["level"], line["status"], line["error"]) == ("error", 500, "RuntimeError")
    assert line["duration_ms"] > 0


def test_the_traceback_is_one_line_with_the_id(log: Log) -> None:
    [line] = [each for each in log.of("fail") if "exception" in each]

    assert (line["logger"], line["event"]) == ("uvicorn.error", "Exception in ASGI application")
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("RuntimeError: This is meant.")


def test_a_handler_for_what_nobody_expected_knows_the_id(log: Log) -> None:
    assert log.events("fail", "tests") == ["handled"]


def test_a_stream_has_completed_with_its_last_part(log: Log) -> None:
    events = [line["event"] for line in log.of("tests/stream") if "access" not in line["logger"]]

    assert events == [STARTED, "part", "part", COMPLETED]
    line = log.only(COMPLETED, path="/tests/stream", status=200, level="info")
    assert line["duration_ms"] >= 90, "Two parts, each of which takes 50 ms."


def test_a_stream_that_breaks_has_failed_with_the_status_it_began_with(log: Log) -> None:
    assert log.events("tests/stream?breaks=1") == [STARTED, FAILED]
    line = log.only(FAILED, path="/tests/stream")
    assert (line["status"], line["error"]) == (200, "RuntimeError")


def test_a_client_that_goes_away_is_an_end_too(log: Log) -> None:
    assert log.events("tests/endless") == [STARTED, FAILED]
    line = log.only(FAILED, path="/tests/endless")
    assert (line["status"], line["error"]) == (200, "interrupted")


def test_a_background_task_that_fails_does_not_change_how_the_answer_ended(log: Log) -> None:
    assert log.events("tests/background") == [STARTED, COMPLETED]
    [line] = [each for each in log.of("tests/background") if "exception" in each]
    assert line["exception"].endswith("ZeroDivisionError: division by zero")


def test_work_in_threads_has_the_id_where_it_is_given_the_context(log: Log) -> None:
    assert log.events("tests/threads", "tests") == ["to_thread", "run_in_executor"]


def test_what_is_bound_in_a_request_is_not_in_the_next_over_its_connection(log: Log) -> None:
    assert log.events("tests/bound", "tests") == ["bound"]
    assert log.events("items/9") == [STARTED, "item_found", COMPLETED, "view_counted"]
    assert not [line for line in log.of("items/9") if "user" in line]
