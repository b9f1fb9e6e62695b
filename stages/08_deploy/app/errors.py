"""What can go wrong, and what the API answers then."""

from typing import Annotated, Any

from pydantic import BaseModel, Field


class BusinessRuleViolation(Exception):  # noqa: N818  # the name is a part of the answer
    """A request that is well formed, but breaks a rule of the domain."""


class TaskNotFoundError(Exception):
    """No task has the ID that was asked for."""


class UserNotFoundError(Exception):
    """No user has the ID that was asked for."""


class TakenError(Exception):
    """The name or the email of a new user is another user's."""


class EmailNotTakenError(Exception):
    """No mail server has taken an email for delivery."""


class Problem(BaseModel):
    """One sentence about what went wrong."""

    detail: Annotated[str, Field(examples=["Task with ID 999 not found"])]


class InvalidField(BaseModel):
    """One thing that is wrong with the input: what kind, where, and in words."""

    type: Annotated[str, Field(examples=["missing"])]
    loc: Annotated[list[str | int], Field(examples=[["body", "title"]])]
    msg: Annotated[str, Field(examples=["Field required"])]


class InvalidInput(BaseModel):
    """Everything that is wrong with the input."""

    message: Annotated[str, Field(examples=["Input validation failed"])]
    detail: list[InvalidField]


class BrokenRule(BaseModel):
    """The rule that the request would break."""

    error_type: Annotated[str, Field(examples=["BusinessRuleViolation"])]
    message: Annotated[str, Field(examples=["Task 1 is completed and locked; reopen it first."])]


Answers = dict[int | str, dict[str, Any]]


def problem(description: str, detail: str) -> dict[str, Any]:
    """Describe an error in the schema, with an example of the sentence that it answers."""
    content = {"application/json": {"example": {"detail": detail}}}
    return {"model": Problem, "description": description, "content": content}


UNREADABLE: Answers = {
    400: problem("The body cannot be read.", "There was an error parsing the body"),
    413: problem("The body is too large.", "The body is too large"),
}
UNAUTHENTICATED: Answers = {401: problem("Nobody is signed in.", "Not authenticated")}
DISABLED: Answers = {403: problem("The user is disabled.", "The user is disabled")}
FORBIDDEN: Answers = {403: problem("The user may not do this.", "Only a superuser may do this")}
NOT_FOUND: Answers = {404: {"model": Problem, "description": "No task has this ID."}}
USER_NOT_FOUND: Answers = {404: problem("No user has this ID.", "User with ID ... not found")}
LOCKED: Answers = {409: {"model": BrokenRule, "description": "The task is completed and locked."}}
ONESELF: Answers = {409: {"model": BrokenRule, "description": "The user is you."}}
TAKEN: Answers = {409: problem("Somebody else has it.", "Username already registered")}
INVALID: Answers = {422: {"model": InvalidInput, "description": "The input breaks a rule."}}
NOT_SENT: Answers = {
    503: problem("No mail server takes the email.", "The email cannot be sent now")
}
THROTTLED: Answers = {429: problem("This name has to wait.", "Too many wrong logins")}

# With a 401, HTTP wants the answer to say how to sign in.
CHALLENGE = {"WWW-Authenticate": "Bearer"}
