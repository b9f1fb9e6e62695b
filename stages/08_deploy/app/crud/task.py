"""What can be done with tasks: each belongs to its owner, and a completed one is locked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from pydantic import MISSING
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.crud.base import CRUDBase
from app.errors import BusinessRuleViolation, TaskNotFoundError
from app.models import Task
from app.schemas.tasks import TaskCreate, TaskUpdate


def today() -> date:
    """Return the day, which begins at the same moment for everybody: in UTC."""
    return datetime.now(UTC).date()


def is_overdue() -> ColumnElement[bool]:
    """Return the condition that a task is open and was due before today: yes or no, never null."""
    return and_(~Task.completed, Task.due_date.is_not(None), Task.due_date < today())


class CRUDTask(CRUDBase[Task, TaskCreate, TaskUpdate]):
    """Create, read, update and delete tasks."""

    async def of_owner(
        self, session: AsyncSession, owner: UUID, task_id: int, *, to_change: bool = False
    ) -> Task:
        """Return one task; raise TaskNotFoundError when the owner has none with this ID."""
        conditions = (Task.id == task_id, Task.owner_id == owner)
        task = await self.get(session, *conditions, to_change=to_change)
        if task is None:
            raise TaskNotFoundError(f"Task with ID {task_id} not found")
        return task

    async def page_of_owner(
        self,
        session: AsyncSession,
        owner: UUID,
        skip: int,
        limit: int,
        overdue: bool | MISSING = MISSING,
    ) -> Sequence[Task]:
        """Return at most `limit` tasks of the owner, leaving out the first `skip`."""
        conditions = [Task.owner_id == owner]
        if overdue is not MISSING:
            conditions.append(is_overdue() if overdue else ~is_overdue())
        return await self.page(session, skip, limit, *conditions)

    async def page_after(
        self, session: AsyncSession, owner: UUID, last: int, limit: int
    ) -> Sequence[Task]:
        """Return at most `limit` tasks of the owner whose IDs come after the last one seen.

        The index leads to the first of them; `skip` would count its way there.
        """
        query = select(Task).where(Task.owner_id == owner, Task.id > last).order_by(Task.id)
        return (await session.scalars(query.limit(limit).options(undefer(Task.completed_at)))).all()

    async def update(self, session: AsyncSession, row: Task, changes: TaskUpdate) -> Task:
        """Change the fields that were sent; raise BusinessRuleViolation for a locked task."""
        sent = changes.model_dump(exclude_unset=True)
        changed = any(getattr(row, name) != value for name, value in sent.items())
        if row.completed and sent.get("completed", True) and changed:
            raise BusinessRuleViolation(f"Task {row.id} is completed and locked; reopen it first.")
        return await super().update(session, row, changes)


tasks = CRUDTask(Task, Task.id)
