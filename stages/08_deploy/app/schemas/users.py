"""The shapes of users, and of what they log in with."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path
from pydantic import (
    MISSING,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    Secret,
    SecretStr,
)
from pydantic.types import StrictBool, StringConstraints

from app.schemas.tasks import NO_NUL

USERNAME = "[A-Za-z0-9_.-]{3,50}"


def trimmed_and_lowered(value: object) -> object:
    """Return a text as it is kept; what is no text, others refuse."""
    return value.strip().lower() if isinstance(value, str) else value


UserId = Annotated[UUID, Path(examples=["7e57ed00-0000-4000-a000-000000000001"])]
Username = Annotated[
    str, StringConstraints(pattern=f"^{USERNAME}$"), BeforeValidator(trimmed_and_lowered)
]
Email = Annotated[EmailStr, BeforeValidator(trimmed_and_lowered)]
FullName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=NO_NUL)]
# The value itself is hidden in texts and logs.
Password = Secret[Annotated[str, StringConstraints(min_length=8, max_length=128)]]


class User(BaseModel):
    """A user as the API answers it: without the password, and without its hash."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "7e57ed00-0000-4000-a000-000000000001",
                    "username": "testuser",
                    "email": "testuser@example.com",
                    "full_name": "Test User",
                    "disabled": False,
                }
            ]
        },
    )

    id: UUID
    username: str
    email: str | None = None
    full_name: str | None = None
    disabled: bool = False


class UserCreate(BaseModel):
    """What a client sends to become a user."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "username": "ada",
                    "password": "correct horse battery staple",
                    "email": "ada@example.com",
                    "full_name": "Ada Lovelace",
                }
            ]
        },
    )

    username: Username
    password: Annotated[Password, Field(exclude=True)]  # It is hashed; nothing else may have it.
    email: Email | None = None
    full_name: FullName | None = None


class UserUpdate(BaseModel):
    """What a superuser sends to change a user."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"disabled": True}]})

    disabled: StrictBool | MISSING = MISSING


class Credentials(BaseModel):
    """What a client sends to log in, as a form; OAuth2 gives the fields their names."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "testuser", "password": "password123"}]}
    )

    # In a form, FastAPI takes an empty field for a missing one; only the schema needs to be told.
    username: Annotated[
        str, BeforeValidator(trimmed_and_lowered), Field(json_schema_extra={"minLength": 1})
    ]
    password: Annotated[SecretStr, Field(json_schema_extra={"minLength": 1})]


class Token(BaseModel):
    """What a client shows with each request from now on."""

    access_token: Annotated[str, Field(examples=["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2ln"])]
    token_type: Annotated[Literal["bearer"], Field(examples=["bearer"])] = "bearer"  # noqa: S105  # a kind of token
