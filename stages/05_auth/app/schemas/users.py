"""The shapes of users, and of what they log in with."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class User(BaseModel):
    """A user as the API answers it: without the password, and without its hash."""

    model_config = ConfigDict(
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
        }
    )

    id: UUID
    username: str
    email: str | None = None
    full_name: str | None = None
    disabled: bool = False


class Credentials(BaseModel):
    """What a client sends to log in, as a form; OAuth2 gives the fields their names."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "testuser", "password": "password123"}]}
    )

    # In a form, FastAPI takes an empty field for a missing one; only the schema needs to be told.
    username: Annotated[str, Field(json_schema_extra={"minLength": 1})]
    password: Annotated[SecretStr, Field(json_schema_extra={"minLength": 1})]


class Token(BaseModel):
    """What a client shows with each request from now on."""

    access_token: Annotated[str, Field(examples=["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2ln"])]
    token_type: Annotated[Literal["bearer"], Field(examples=["bearer"])] = "bearer"  # noqa: S105  # a kind of token
