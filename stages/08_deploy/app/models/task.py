"""The table of tasks."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, FetchedValue, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base

if TYPE_CHECKING:
    from app.models.user import User

# SQLite counts only columns of the type INTEGER by itself; there, they have 64 bits too.
Number = BigInteger().with_variant(Integer(), "sqlite")


class Task(Base):
    """A row of the table `tasks`."""

    __tablename__ = "tasks"
    # Without AUTOINCREMENT, SQLite gives the ID of the last task again once that is deleted.
    __table_args__ = (
        # Finds the next page of an owner's tasks, however many come before it.
        Index("ix_tasks_owner_id_id", "owner_id", "id"),
        {"sqlite_autoincrement": True},
    )
    # Nothing is read back from an insert: of the columns, one may not be there yet.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  # as SQLAlchemy wants it

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    title: Mapped[str] = mapped_column(String(50))
    description: Mapped[str | None] = mapped_column(String(500))
    due_date: Mapped[date | None]
    completed: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    # A trigger writes it. `deferred`: no query names it but one that says so, and so all others
    # also run on a database that has not been migrated to it yet.
    completed_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), FetchedValue(), FetchedValue(for_update=True), deferred=True
    )

    # `raise`: a query that nobody has written, for each task of a list, is an error.
    owner: Mapped["User"] = relationship(back_populates="tasks", lazy="raise")
