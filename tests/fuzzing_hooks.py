"""What Schemathesis cannot know of our stages; its settings name this file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

if TYPE_CHECKING:
    from schemathesis import Case, HookContext, Response
    from schemathesis.core.failures import Failure


@schemathesis.hook
def filter_failure(
    context: HookContext,  # noqa: ARG001 - Schemathesis hands it over by its name
    failure: Failure,
    case: Case[Any],
    response: Response,  # noqa: ARG001 - likewise
) -> bool:
    """Drop a failure that is none because texts are trimmed before they are measured.

    No schema can say that of a text. So the answer is compared with what the schema says of the
    trimmed body; a failure that this does not explain is kept.
    """
    trimmed = trim(case.body)
    if trimmed == case.body:
        return True
    if isinstance(failure, RejectedPositiveData):
        return is_valid(trimmed, case)
    if isinstance(failure, AcceptedNegativeData):
        return is_valid(case.body, case) or not is_valid(trimmed, case)
    return True


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
