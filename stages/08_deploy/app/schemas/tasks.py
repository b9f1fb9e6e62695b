"""The shapes of the data, and the rules that a value must keep to be let in."""

import re
from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import MISSING, BaseModel, ConfigDict, Field, field_validator
from pydantic.types import StrictBool, StringConstraints

NO_NUL = r"^[^\x00]*$"  # Some databases, PostgreSQL among them, cannot store the character NUL.

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=50, pattern=NO_NUL)
]
Description = Annotated[str, Field(max_length=500, pattern=NO_NUL)]

# Whole numbers end where the 64 bits of a database column end.
TaskId = Annotated[int, Path(ge=-(2**63), lt=2**63, examples=[1])]
Skip = Annotated[int, Query(ge=0, lt=2**63, examples=[0])]
Limit = Annotated[int, Query(ge=1, le=100, examples=[10])]
Overdue = Annotated[bool, Query(description="Open, and due before today (UTC)", examples=[True])]


class TaskInput(BaseModel):
    """What any request about a task may carry; a field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid")

    description: Description | None = None
    due_date: date | None = None

    @field_validator("due_date", mode="before")
    @classmethod
    def only_year_month_day(cls, value: object) -> object:
        """Refuse all but YYYY-MM-DD; Pydantic also takes numbers, as seconds since 1970."""
        if isinstance(value, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return value
        if value is None:
            return None
        raise ValueError("a date is written YYYY-MM-DD")


class TaskCreate(TaskInput):
    """What a client sends to create a task."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"title": "Buy milk", "description": "Two bottles", "due_date": "2027-01-31"}
            ]
        }
    )

    title: Title


class TaskUpdate(TaskInput):
    """What a client sends to change a task: the fields that change, and no others."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"completed": True}]})

    # `MISSING`, not `None`: both may be left out, but null is no title and no answer to yes or no.
    title: Title | MISSING = MISSING
    completed: StrictBool | MISSING = MISSING


class Task(BaseModel):
    """A task as the API answers it."""

    model_config = ConfigDict(
        from_attributes=True,  # A row of the database has the same names.
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "title": "Buy milk",
                    "description": "Two bottles",
                    "due_date": "2027-01-31",
                    "completed": False,
                }
            ]
        },
    )

    id: int
    title: str
    description: str | None = None
    due_date: date | None = None
    completed: bool = False
