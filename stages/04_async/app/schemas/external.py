"""The shapes of what the upstream has a part in."""

from typing import Annotated, Literal

from pydantic import MISSING, BaseModel, ConfigDict, Field, JsonValue

from app.schemas.tasks import Task


class TaskWithExternal(Task):
    """A task, with what the upstream says of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "title": "Buy milk",
                    "description": "Two bottles",
                    "due_date": "2027-01-31",
                    "completed": False,
                    "external": {"args": {"task_id": "1"}},
                }
            ]
        }
    )

    external: JsonValue = None


class FetchResult(BaseModel):
    """How one request to the upstream went."""

    url: str
    status: int | None
    error: Literal["timeout", "unreachable"] | MISSING = MISSING


class FetchResults(BaseModel):
    """How several requests went that were on their way at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "message": "Fetched 3 addresses at once",
                    "results": [
                        {"url": "http://127.0.0.1:8001/delay/1", "status": 200},
                        {
                            "url": "http://127.0.0.1:8001/delay/2",
                            "status": None,
                            "error": "timeout",
                        },
                        {"url": "http://127.0.0.1:8001/delay/1", "status": 200},
                    ],
                    "elapsed_ms": 5003,
                }
            ]
        }
    )

    message: str
    results: list[FetchResult]
    elapsed_ms: int


class Nap(BaseModel):
    """Which thread has slept."""

    message: Annotated[str, Field(examples=["Slept for a second"])]
    thread: Annotated[str, Field(examples=["AnyIO worker thread"])]
