"""What the API has to say, to whom, and how its schema describes the answers."""

from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException
from pydantic import BaseModel, Field

TOKENS = {"Bearer alice-token": "alice", "Bearer bob-token": "bob"}


class Settings(BaseModel):
    """What every visitor's app has to know; it changes with a release."""

    theme: str = "light"
    languages: list[str] = ["en", "de", "fr"]
    upload_limit_mb: int = 25


class Avatar(BaseModel):
    """What to draw for a user."""

    user_id: int
    initials: Annotated[str, Field(examples=["U7"])]
    color: Annotated[str, Field(examples=["#3891ea"])]


class Post(BaseModel):
    """One post of a feed."""

    id: int
    text: Annotated[str, Field(examples=["News 1 for everybody"])]


class Feed(BaseModel):
    """What is new for a reader."""

    reader: Annotated[str, Field(examples=["everybody"])]
    posts: list[Post]


class Account(BaseModel):
    """What must not lie around in any cache."""

    iban: Annotated[str, Field(examples=["DE02 1203 0000 0000 2020 51"])]
    balance: Annotated[int, Field(examples=[1200])]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: Annotated[str, Field(examples=["Unknown token"])]


def avatar_of(user_id: int) -> Avatar:
    """Return the avatar of a user; everybody has one."""
    color = user_id * 3707498 % 0x1000000
    return Avatar(user_id=user_id, initials=f"U{user_id}", color=f"#{color:06x}")


def feed_of(reader: str) -> Feed:
    """Return the feed of a reader."""
    posts = [Post(id=number, text=f"News {number} for {reader}") for number in range(1, 31)]
    return Feed(reader=reader, posts=posts)


def get_reader(
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> str:
    """Return who reads; raise HTTPException for a token that nobody has."""
    if authorization is None:
        return "everybody"
    if authorization not in TOKENS:
        headers = {"WWW-Authenticate": "Bearer", "Vary": "Authorization"}
        raise HTTPException(401, "Unknown token", headers | {"Cache-Control": "no-store"})
    return TOKENS[authorization]


ReaderDep = Annotated[str, Depends(get_reader)]

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not modified: what the client has is still right"}
}
UNAUTHORIZED: dict[int | str, dict[str, Any]] = {
    401: {"description": "Unknown token", "model": Problem}
}
