"""The shapes of a profile and of its parts."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Reason = Literal["timed out", "unavailable"]


class User(BaseModel):
    """Who it is."""

    id: Annotated[int, Field(examples=[7])]
    name: Annotated[str, Field(examples=["User 7"])]


class Order(BaseModel):
    """Something that was bought."""

    id: Annotated[int, Field(examples=[1])]
    item: Annotated[str, Field(examples=["Keyboard"])]


class Preferences(BaseModel):
    """How the user likes to see things."""

    theme: Annotated[Literal["light", "dark"], Field(examples=["dark"])]
    language: Annotated[str, Field(examples=["en"])]


class Missing(BaseModel):
    """In place of a part that could not be had."""

    error: Annotated[Reason, Field(examples=["timed out"])]


class Profile(BaseModel):
    """All three parts, and how long they took together."""

    user: User
    orders: list[Order]
    preferences: Preferences
    fetch_time_ms: Annotated[int, Field(ge=0, examples=[151])]


class SafeProfile(BaseModel):
    """The parts that could be had, and how long they took together."""

    user: User | Missing
    orders: list[Order] | Missing
    preferences: Preferences | Missing
    fetch_time_ms: Annotated[int, Field(ge=0, examples=[151])]


class Problem(BaseModel):
    """One sentence about what went wrong."""

    detail: Annotated[str, Field(examples=["orders: timed out"])]
