"""What can be done with the rows of any table."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.models import Base

Model = TypeVar("Model", bound=Base)
Create = TypeVar("Create", bound=BaseModel)
Update = TypeVar("Update", bound=BaseModel)


class CRUDBase(Generic[Model, Create, Update]):
    """Create, read, update and delete rows of one table, in the transaction of the session.

    `flush` sends what has changed to the database; whoever has opened the session commits.
    """

    def __init__(self, model: type[Model], *order: InstrumentedAttribute[Any]) -> None:
        self.model = model
        self.order = order

    async def get(
        self, session: AsyncSession, *conditions: ColumnElement[bool], to_change: bool = False
    ) -> Model | None:
        """Return the row that meets the conditions, or None.

        A row that is read to be changed stays as it is until the end of the transaction: others
        who want to change it wait. (SQLite has made them wait before; it leaves the words out.)
        """
        query = select(self.model).where(*conditions)
        return await session.scalar(query.with_for_update() if to_change else query)

    async def page(
        self, session: AsyncSession, skip: int, limit: int, *conditions: ColumnElement[bool]
    ) -> Sequence[Model]:
        """Return at most `limit` rows in their order, leaving out the first `skip`."""
        query = select(self.model).where(*conditions).order_by(*self.order)
        return (await session.scalars(query.offset(skip).limit(limit))).all()

    async def create(self, session: AsyncSession, new: Create, **more: object) -> Model:
        """Insert a row; raise IntegrityError when it breaks a rule of the table."""
        row = self.model(**new.model_dump(), **more)
        session.add(row)
        await session.flush()
        return row

    async def update(self, session: AsyncSession, row: Model, changes: Update) -> Model:
        """Change the fields that were sent."""
        for name, value in changes.model_dump(exclude_unset=True).items():
            setattr(row, name, value)
        await session.flush()
        return row

    async def delete(self, session: AsyncSession, row: Model) -> None:
        """Delete a row, and what the database deletes with it."""
        await session.delete(row)
        await session.flush()
