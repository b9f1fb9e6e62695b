"""Which findings of Schemathesis count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import httpx2
import pytest
import schemathesis
from schemathesis import HookContext
from schemathesis.core.failures import AcceptedNegativeData, ServerError
from schemathesis.openapi.checks import RejectedPositiveData, UnsupportedMethodResponse

from tests.fuzzing_hooks import ERRORS, filter_failure

if TYPE_CHECKING:
    from pydantic import JsonValue
    from schemathesis import Response
    from schemathesis.core.failures import Failure

SCHEMA = {
    "openapi": "3.1.0",
    "info": {"title": "Made up", "version": "1"},
    "paths": {
        "/tasks": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Task"}}
                    }
                },
                "responses": {},
            }
        },
        "/tasks/last": {"get": {"responses": {"503": {"description": "Busy"}}}},
        "/tasks/{task_id}": {"put": {"responses": {}}},
    },
    "components": {
        "schemas": {
            "Task": {
                "properties": {"title": {"type": "string", "minLength": 3, "maxLength": 5}},
                "additionalProperties": False,
            }
        }
    },
}
REJECTED = RejectedPositiveData(operation="", message="", status_code=422, allowed_statuses=["2xx"])
ACCEPTED = AcceptedNegativeData(
    operation="", message="", status_code=200, expected_statuses=["422"]
)


def refusal(*messages: str) -> Response:
    """Return an answer that names what is wrong, as far as the hook looks at it."""
    return cast("Response", httpx2.Response(422, json={"detail": [{"msg": m} for m in messages]}))


@pytest.mark.parametrize(
    ("messages", "kept"),
    [
        (["value is not a valid email address: reserved"], False),
        (["value is not a valid email address: reserved", "String too short"], True),
    ],
)
def test_only_a_refused_email_address_is_no_failure(messages: list[str], kept: bool) -> None:
    operation = schemathesis.openapi.from_dict(SCHEMA)["/tasks"]["POST"]
    case = operation.Case(body={"title": "ABC"}, media_type="application/json")

    answer = refusal(*messages)
    assert filter_failure(HookContext(operation=operation), REJECTED, case, answer) is kept


@pytest.mark.parametrize(
    ("failure", "body", "kept"),
    [
        (REJECTED, {"title": "ABC"}, True),
        (REJECTED, {"title": " ABC "}, True),
        (REJECTED, {"title": "AB "}, False),
        (ACCEPTED, {"title": "ABCDEF"}, True),
        (ACCEPTED, {"title": " ABCDEF"}, True),
        (ACCEPTED, {"title": " ABCDE"}, False),
        (ACCEPTED, {"title": " ABCDE", "more": 1}, True),
        (ACCEPTED, {"title": "ABC "}, True),
        (ServerError(operation="", status_code=500), {"title": "AB "}, True),
    ],
)
def test_only_what_trimming_explains_is_no_failure(
    failure: Failure, body: dict[str, JsonValue], kept: bool
) -> None:
    operation = schemathesis.openapi.from_dict(SCHEMA)["/tasks"]["POST"]
    case = operation.Case(body=body, media_type="application/json")

    answer = refusal("String too short")
    assert filter_failure(HookContext(operation=operation), failure, case, answer) is kept


@pytest.mark.parametrize(
    ("allowed", "status", "kept"),
    [(True, 503, False), (True, 500, True), (False, 503, True)],
)
def test_only_an_error_that_is_documented_and_may_be_is_no_failure(
    allowed: bool, status: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ERRORS, raising=False)
    if allowed:
        monkeypatch.setenv(ERRORS, "errors")
    operation = schemathesis.openapi.from_dict(SCHEMA)["/tasks/last"]["GET"]
    failure = ServerError(operation="", status_code=status)

    answer = refusal()
    assert (
        filter_failure(HookContext(operation=operation), failure, operation.Case(), answer) is kept
    )


@pytest.mark.parametrize(("method", "kept"), [("PUT", False), ("PATCH", True)])
def test_a_method_that_another_path_has_is_no_failure(
    method: Literal["PUT", "PATCH"], kept: bool
) -> None:
    operation = schemathesis.openapi.from_dict(SCHEMA)["/tasks/last"]["GET"]
    case = operation.Case(method=method)
    failure = UnsupportedMethodResponse(
        operation="", method=method, status_code=422, failure_reason="wrong_status", message=""
    )

    answer = refusal("String too short")
    assert filter_failure(HookContext(operation=operation), failure, case, answer) is kept
