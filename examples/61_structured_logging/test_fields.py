"""A field may have any name and any value: no line can break a request, or the log."""

import json
from typing import Any

import pytest

from conftest import Log
from logs import render


def test_a_request_whose_fields_are_odd_is_answered(log: Log) -> None:
    assert log.answers["tests/fields"].status_code == 200
    events = ["odd", "no number", "circle", "reserved"]
    assert log.events("tests/fields", "tests") == events


def test_values_that_json_does_not_know_become_text(log: Log) -> None:
    line = log.only("odd")

    assert line["when"] == "2026-01-01 00:00:00"
    assert line["text"] == "\ud800"
    assert log.only("no number")["number"] == "nan"
    assert log.only("circle")["text"] == "text"


def test_a_field_cannot_pass_for_a_key_of_every_line(log: Log) -> None:
    line = log.only("reserved")

    assert (line["level"], line["service"]) == ("info", "shop")
    assert (line["level_"], line["service_"]) == ("gold", "other")
    assert (line["timestamp_"], line["request_id_"]) == ("never", "other")
    assert line in log.of("tests/fields")


def test_lines_of_other_libraries_have_the_id_and_their_fields(log: Log) -> None:
    line = log.only("Take care", logger="somebody.else")

    assert (line["level"], line["size"]) == ("warning", 3)
    assert line in log.of("tests/fields")


@pytest.mark.parametrize(
    "value", [float("inf"), {"deep": float("nan")}, {(1, 2): 3}, b"\xff", object(), {1}, "\n\u2028"]
)
def test_any_value_makes_one_line_of_json(value: Any) -> None:  # noqa: ANN401
    line = render(None, "info", {"event": "odd", "value": value, "nothing": None})

    assert "\n" not in line
    read = json.loads(line, parse_constant=pytest.fail)
    assert (read["event"], read["nothing"]) == ("odd", None)
