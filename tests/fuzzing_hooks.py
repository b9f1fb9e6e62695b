"""What Schemathesis cannot know of our lessons; its settings name this file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData, ServerError
from schemathesis.openapi.checks import RejectedPositiveData, UnsupportedMethodResponse

if TYPE_CHECKING:
    from schemathesis import Case, HookContext, Response
    from schemathesis.core.failures import Failure

ERRORS = "FUZZ_ERRORS"
"""The variable that names a file, where a lesson may answer with errors that it documents: there
the operations that answer with a documented 500 are noted."""


@schemathesis.hook
def after_call(
    context: HookContext,  # noqa: ARG001 - Schemathesis hands it over by its name
    case: Case[Any],
    response: Response,
) -> None:
    """Note an answer with a documented 500, for which the server may log a traceback."""
    if ERRORS in os.environ and response.status_code == 500 and is_documented(500, case):
        with Path(os.environ[ERRORS]).open("a", encoding="utf-8") as file:
            file.write(f"{case.operation.label}\n")


@schemathesis.hook
def filter_failure(
    context: HookContext,  # noqa: ARG001 - likewise
    failure: Failure,
    case: Case[Any],
    response: Response,
) -> bool:
    """Drop a failure that is none; keep all that the functions below do not explain."""
    if isinstance(failure, ServerError):
        return ERRORS not in os.environ or not is_documented(failure.status_code, case)
    if isinstance(failure, UnsupportedMethodResponse):
        return not fits_another_path(case)
    if isinstance(failure, RejectedPositiveData) and only_emails_refused(response):
        return False
    if isinstance(failure, (AcceptedNegativeData, RejectedPositiveData)):
        return not trimming_explains(failure, case)
    return True


def is_documented(status: int, case: Case[Any]) -> bool:
    """Tell whether the operation of the case says, for this very status, when it is answered."""
    return str(status) in case.operation.definition.raw["responses"]


def only_emails_refused(response: Response) -> bool:
    """Tell whether nothing but email addresses was refused.

    Of an address no schema can say whether its domain may be used: `test` is reserved, for one.
    """
    problems = response.json()["detail"]
    if not isinstance(problems, list):
        return False
    return all("not a valid email address" in problem["msg"] for problem in problems)


def fits_another_path(case: Case[Any]) -> bool:
    """Tell whether the schema has an operation for this method and address after all.

    `PUT /tasks/last` is answered by `PUT /tasks/{task_id}`, and not with a 405.
    """
    paths = case.operation.schema.raw_schema["paths"]
    templates = [path for path, methods in paths.items() if case.method.lower() in methods]
    patterns = [re.sub(r"\\{.*?\\}", "[^/]+", re.escape(template)) for template in templates]
    return any(re.fullmatch(pattern, case.formatted_path) for pattern in patterns)


def trimming_explains(
    failure: AcceptedNegativeData | RejectedPositiveData, case: Case[Any]
) -> bool:
    """Tell whether the answer is right for the body with its texts trimmed, as the app keeps them.

    No schema can say of a text that it is trimmed before it is measured.
    """
    trimmed = trim(case.body)
    if trimmed == case.body:
        return False
    if isinstance(failure, RejectedPositiveData):
        return not is_valid(trimmed, case)
    return is_valid(trimmed, case) and not is_valid(case.body, case)


def trim(body: Any) -> Any:  # noqa: ANN401 - JSON has any shape
    """Return a body with each text in it as the app keeps it."""
    if isinstance(body, dict):
        return {name: trim(value) for name, value in body.items()}
    return body.strip() if isinstance(body, str) else body


def is_valid(body: Any, case: Case[Any]) -> bool:  # noqa: ANN401 - likewise
    """Tell whether a body is what the schema of the case's operation wants."""
    content = case.operation.definition.raw["requestBody"]["content"]
    whole = case.operation.schema.raw_schema
    schema = content[case.media_type]["schema"] | {"components": whole["components"]}
    return jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(body)
