"""The shapes of the second version: pages of tasks, each with a cursor to the next."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BaseModel, Field

from app.schemas.tasks import Task

# A cursor is nine bytes in twelve characters: a 1, which another form of cursor would replace,
# and the ID of the last task seen. The pattern lets through what can be read, and nothing else.
FORM = b"\x01"
CURSOR = "A[Q-X][A-Za-z0-9_-]{10}"


def make_cursor(last: int) -> str:
    """Return the cursor to what comes after the task with this ID."""
    return urlsafe_b64encode(FORM + last.to_bytes(8)).decode()


def read_cursor(cursor: str) -> int:
    """Return the ID of the last task seen; without a cursor, none was."""
    return int.from_bytes(urlsafe_b64decode(cursor)[1:]) if cursor else 0


Cursor = Annotated[
    str,
    Query(
        pattern=f"^({CURSOR})?$",
        description="`next` of the page before; none at first",
        examples=[make_cursor(10)],
    ),
]


def in_utc(moment: datetime) -> datetime:
    """Say that a moment is in UTC, where the database leaves that out, as SQLite does."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class DatedTask(Task):
    """A task with the moment of its completion."""

    completed_at: Annotated[datetime, AfterValidator(in_utc)] | None = Field(
        description="Null for a task that is open, or that was completed before version 1.0.0"
    )


class TaskPage(BaseModel):
    """Some tasks, and where the next ones are."""

    items: list[DatedTask]
    next: Annotated[str | None, Field(examples=[make_cursor(10)])] = Field(
        description="The `cursor` of the next page; null on the last one"
    )
