"""How the app answers input that is not valid."""

import json
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str


MALFORMED: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body cannot be read."}
}


def answer_invalid_input(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 with what is wrong where, but without the value, which may not be valid JSON."""
    detail = [{key: problem[key] for key in ("type", "loc", "msg")} for problem in error.errors()]
    return Response(json.dumps({"detail": detail}), 422, media_type="application/json")
