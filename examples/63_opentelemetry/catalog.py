"""What an answer is made of: a table of items, and another service that knows the stock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from pydantic import BaseModel, HttpUrl, ValidationError
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

DEFAULT = "http://127.0.0.1:8001"
FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,  # A redirect to what is no address: the client reads it, and does not go.
    UnicodeError,  # The same, for what cannot be a name.
    ValidationError,
)


class Base(DeclarativeBase):
    """What the tables have in common."""


class ItemRow(Base):
    """A row of the table of items."""

    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Item(BaseModel):
    """An item, and how many there are."""

    id: int
    name: str
    in_stock: int


class Stock(BaseModel):
    """How many there are of each item, by its id."""

    stock: dict[int, int]


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str


class StockUnavailableError(Exception):
    """The other service does not answer, or makes no sense."""


@contextmanager
def open_database() -> Iterator[Engine]:
    """Make a database with two items that lives as long as the app."""
    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'items.db'}")
        Base.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            session.add_all([ItemRow(name="Tea pot"), ItemRow(name="Cup")])
        try:
            yield engine
        finally:
            engine.dispose()


def read_names(engine: Engine) -> dict[int, str]:
    """Return the names of all items by their ids; this waits for the database."""
    with Session(engine) as session:
        return {row.id: row.name for row in session.scalars(select(ItemRow).order_by(ItemRow.id))}


def read_upstream() -> str:
    """Return where the other service is; end the process with one sentence when it is nowhere."""
    try:
        url = HttpUrl(os.environ.get("UPSTREAM_URL") or DEFAULT)
        (url.host or "").encode("idna")  # No part of a name may be empty or too long.
        if url.port and not url.query and not url.fragment:
            return str(url)
    except ValueError:
        pass
    # The value is not repeated: there may be a password in it.
    raise SystemExit(f"The app cannot start. UPSTREAM_URL is not an address such as {DEFAULT}.")


async def ask_stock(client: httpx.AsyncClient) -> dict[int, int]:
    """Return how many there are of each item; raise StockUnavailableError."""
    try:
        answer = await client.get("/stock")
        return Stock.model_validate_json(answer.raise_for_status().content).stock
    except FAILURES as error:
        raise StockUnavailableError(type(error).__name__) from error
