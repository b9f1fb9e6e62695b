"""What can go wrong, as exceptions, and the one shape in which each error is answered.

AppException
├── ResourceNotFoundError   404
├── BusinessRuleError       422
└── ExternalServiceError    502
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python


class AppException(Exception):  # noqa: N818 - the base, not an error of its own
    """Something that the app foresees; a client may read its message and details."""

    status = 500
    error_code = "APP_ERROR"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)  # so that `str(error)`, and with it the log, has the text
        self.details = details


class ResourceNotFoundError(AppException):
    """What was asked for is not there."""

    status = 404

    def __init__(self, resource: str, identifier: object) -> None:
        super().__init__(
            f"{resource} {identifier} does not exist", resource=resource, id=identifier
        )
        self.error_code = f"{resource.upper()}_NOT_FOUND"


class BusinessRuleError(AppException):
    """The input is well-formed, but a rule of the business refuses it."""

    status = 422

    def __init__(self, rule: str, message: str, **details: object) -> None:
        super().__init__(message, **details)
        self.error_code = f"BUSINESS_RULE_{rule}"


class ExternalServiceError(AppException):
    """A service that the answer depends on has failed."""

    status = 502
    error_code = "EXTERNAL_SERVICE_ERROR"

    def __init__(self, service: str) -> None:
        super().__init__(f"The service {service} does not answer as it should", service=service)


class ErrorEnvelope(BaseModel):
    """What every error looks like."""

    error_code: Annotated[str, Field(description="For programs: it never changes.")]
    message: Annotated[str, Field(description="For people: one sentence.")]
    details: Annotated[dict[str, Any], Field(description="What else is known.")]


def envelope(
    status: int,
    error_code: str,
    message: str,
    details: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer to an error, whatever the types of its details are."""
    content = {"error_code": error_code, "message": message, "details": plain(details or {})}
    # `json.dumps` writes ASCII: half a character in a text cannot break the answer.
    return Response(json.dumps(content), status, headers, media_type="application/json")


def plain(details: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON has any shape
    """Return details as JSON has them: what it does not know becomes text, NaN, too."""
    try:
        known = to_jsonable_python(details, serialize_unknown=True, bytes_mode="base64")
        return json.loads(json.dumps(known), parse_constant=str)
    except (ValueError, RecursionError):  # A list that holds itself has no end.
        return {}


def code_of(status: int) -> str:
    """Return the name of an HTTP status as an error code: 404 is NOT_FOUND."""
    try:
        return HTTPStatus(status).name
    except ValueError:
        return f"HTTP_{status}"


def documented(error_code: str, message: str, **details: object) -> dict[str, Any]:
    """Return what the schema says of an error, for `responses=`."""
    example = {"error_code": error_code, "message": message, "details": details}
    return {
        "model": ErrorEnvelope,
        "description": message,
        "content": {"application/json": {"example": example}},
    }
