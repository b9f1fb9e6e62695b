"""The shape of what a client sends to share a task."""

from pydantic import BaseModel, ConfigDict

from app.schemas.users import Email


class Share(BaseModel):
    """Whom a task is sent to."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": "ada@example.com"}]}
    )

    email: Email
