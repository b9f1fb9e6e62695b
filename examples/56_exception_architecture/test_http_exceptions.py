"""An HTTPException that an operation raises has the shape, too, and keeps what it brought."""

from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from httpx2 import Response

from conftest import Connect, envelope_of


def answer_to(app: FastAPI, connect: Connect, error: HTTPException) -> Response:
    """Add an operation that raises `error`, and return the answer to it."""

    @app.get("/probe")
    def fail() -> None:
        raise error

    return connect(app).get("/probe")


def test_an_http_exception_has_the_shape(app: FastAPI, connect: Connect) -> None:
    answer = answer_to(app, connect, HTTPException(401, "Who is there?"))

    assert answer.status_code == 401
    assert envelope_of(answer) == {
        "error_code": "UNAUTHORIZED",
        "message": "Who is there?",
        "details": {},
    }


def test_the_headers_of_an_http_exception_are_kept(app: FastAPI, connect: Connect) -> None:
    headers = {"WWW-Authenticate": "Bearer", "Retry-After": "7"}

    answer = answer_to(app, connect, HTTPException(401, headers=headers))

    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize("detail", [{"why": "full"}, ["full"], None, 7])
def test_a_detail_that_is_no_text_has_the_shape(
    app: FastAPI,
    connect: Connect,
    detail: Any,  # noqa: ANN401 - HTTPException takes anything
) -> None:
    answer = answer_to(app, connect, HTTPException(409, detail))

    assert answer.status_code == 409
    body = envelope_of(answer)
    assert body["error_code"] == "CONFLICT"
    assert detail is None or body["details"] == {"detail": detail}


def test_a_status_without_a_name_has_a_code(app: FastAPI, connect: Connect) -> None:
    answer = answer_to(app, connect, HTTPException(499, "gone"))

    assert answer.status_code == 499
    assert envelope_of(answer)["error_code"] == "HTTP_499"


def test_a_status_that_has_no_body_gets_none(app: FastAPI, connect: Connect) -> None:
    answer = answer_to(app, connect, HTTPException(304, headers={"ETag": '"1"'}))

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == '"1"'
