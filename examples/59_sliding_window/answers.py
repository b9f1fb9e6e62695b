"""What the API answers, and what its schema says of that."""

from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field


class Report(BaseModel):
    """What was computed."""

    result: Annotated[int, Field(examples=[332833500])]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: Annotated[str, Field(examples=["Too many requests: 10 in 60 seconds are allowed."])]


class Decision(NamedTuple):
    """Whether a request gets through, how many more would, and when to come again."""

    admitted: bool
    remaining: int
    retry_after: int = 0
    """Seconds; only for a request that is refused."""


def describe(**headers: str) -> dict[str, Any]:
    """Return headers that hold a whole number, as the schema describes them."""
    return {
        name.replace("_", "-"): {"description": text, "schema": {"type": "integer"}}
        for name, text in headers.items()
    }


RATE = {
    "X_RateLimit_Limit": "How many requests a client has in 60 seconds",
    "X_RateLimit_Remaining": "How many it has left",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The report", "headers": describe(**RATE)},
    429: {
        "description": "Too many requests",
        "model": Problem,
        "headers": describe(**RATE, Retry_After="Seconds until a request gets through again"),
    },
}
