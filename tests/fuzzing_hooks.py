"""What Schemathesis cannot know of our stages; its settings name this file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData, UnsupportedMethodResponse

if TYPE_CHECKING:
    from schemathesis import Case, HookContext, Response
    from schemathesis.core.failures import Failure


@schemathesis.hook
def filter_failure(
    context: HookContext,  # noqa: ARG001 - Schemathesis hands it over by its name
    failure: Failure,
    case: Case[Any],
    response: Response,
) -> bool:
    """Drop a failure that is none; keep all that the functions below do not explain."""
    if isinstance(failure, UnsupportedMethodResponse):
        return not fits_another_path(case)
    if isinstance(failure, RejectedPositiveData) and only_emails_refused(response):
        return False
    if isinstance(failure, (AcceptedNegativeData, RejectedPositiveData)):
        return not trimming_explains(failure, case)
    return True


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
