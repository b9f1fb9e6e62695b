"""The shapes of the answers."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel

Sku = Annotated[str, Path(pattern="^[a-z]{1,32}$", examples=["pear"])]
Limit = Annotated[int, Path(ge=1, le=200_000, examples=[1000])]


class Health(BaseModel):
    """A sign of life."""

    status: str = "ok"


class Worker(BaseModel):
    """Which of the workers answers."""

    process: int


class Price(BaseModel):
    """What a product costs, and which worker says so."""

    sku: str
    cents: int
    process: int


class Primes(BaseModel):
    """How many prime numbers there are below a limit."""

    limit: int
    primes: int


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str
