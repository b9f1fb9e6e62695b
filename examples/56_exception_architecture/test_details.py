"""The details of an error may be of any type."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from conftest import Connect, envelope_of
from errors import AppException, ResourceNotFoundError


class Money:
    """An amount, of a class that nobody taught JSON."""

    def __str__(self) -> str:
        return "12.50 EUR"


class Mute:
    """What cannot even be written as text."""

    def __str__(self) -> str:
        raise RuntimeError("I say nothing")


ENDLESS: list[object] = []
ENDLESS.append(ENDLESS)

VALUES: list[tuple[object, object]] = [
    (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    (datetime(2026, 11, 22, tzinfo=UTC), "2026-11-22T00:00:00Z"),
    (Decimal("1.50"), "1.50"),
    ({7}, [7]),
    (Path("a/b"), str(Path("a/b"))),
    (b"\xff", "_w=="),
    (float("nan"), "NaN"),
    ("half a character: \ud800", "half a character: \ud800"),
    ({UUID(int=7): Money()}, {"00000000-0000-0000-0000-000000000007": "12.50 EUR"}),
    (Mute(), "<Unserializable Mute object>"),
]


def body_of(app: FastAPI, connect: Connect, error: Exception) -> dict[str, Any]:
    """Add an operation that raises `error`, and return the body of the answer to it."""

    @app.get("/probe")
    def fail() -> None:
        raise error

    answer = connect(app).get("/probe")
    assert answer.status_code == 404
    return envelope_of(answer)


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=lambda value: type(value).__name__)
def test_details_of_any_type_are_answered(
    app: FastAPI, connect: Connect, value: object, expected: object
) -> None:
    error = AppException("Not here", value=value)
    error.status = 404

    assert body_of(app, connect, error)["details"] == {"value": expected}


def test_an_identifier_may_be_a_uuid(app: FastAPI, connect: Connect) -> None:
    body = body_of(app, connect, ResourceNotFoundError("Invoice", UUID(int=7)))

    assert body["error_code"] == "INVOICE_NOT_FOUND"
    assert body["details"]["id"] == "00000000-0000-0000-0000-000000000007"


def test_details_without_an_end_are_left_out(app: FastAPI, connect: Connect) -> None:
    body = body_of(app, connect, ResourceNotFoundError("Loop", ENDLESS))

    assert body["details"] == {}


def test_the_text_of_an_error_is_its_message() -> None:
    assert str(ResourceNotFoundError("User", 99)) == "User 99 does not exist"


def test_an_answer_is_ascii(app: FastAPI, connect: Connect) -> None:
    body = body_of(app, connect, ResourceNotFoundError("User", "Zoë \ud800"))

    assert json.dumps(body).isascii()
