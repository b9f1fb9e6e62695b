"""The storage layer: where the tasks are kept. It knows nothing of HTTP."""

from itertools import count
from threading import Lock
from uuid import UUID

from app.errors import BusinessRuleViolation, TaskNotFoundError
from app.schemas.tasks import Task, TaskCreate, TaskUpdate


class TaskStore:
    """The tasks of each owner, in the order of their creation; safe to use from several threads."""

    def __init__(self) -> None:
        self._tasks: dict[UUID, dict[int, Task]] = {}
        self._ids = count(1)
        self._lock = Lock()  # FastAPI runs `def` operations in several threads at once.

    def add(self, owner: UUID, new_task: TaskCreate) -> Task:
        """Keep a new task under an ID that was never used before."""
        with self._lock:
            task = Task(id=next(self._ids), **new_task.model_dump())
            self._tasks.setdefault(owner, {})[task.id] = task
        return task

    def page(self, owner: UUID, skip: int, limit: int) -> list[Task]:
        """Return at most `limit` tasks, leaving out the first `skip`."""
        return list(self._tasks.get(owner, {}).values())[skip : skip + limit]

    def get(self, owner: UUID, task_id: int) -> Task:
        """Return one task; raise TaskNotFoundError when the owner has none with this ID."""
        task = self._tasks.get(owner, {}).get(task_id)
        if task is None:
            raise TaskNotFoundError(f"Task with ID {task_id} not found")
        return task

    def update(self, owner: UUID, task_id: int, changes: TaskUpdate) -> Task:
        """Change the fields that were sent; raise BusinessRuleViolation for a locked task."""
        with self._lock:
            task = self.get(owner, task_id)
            updated = task.model_copy(update=changes.model_dump(exclude_unset=True))
            if task.completed and updated.completed and updated != task:
                raise BusinessRuleViolation(
                    f"Task {task_id} is completed and locked; reopen it first."
                )
            self._tasks[owner][task_id] = updated
        return updated

    def delete(self, owner: UUID, task_id: int) -> None:
        """Remove a task for good; raise TaskNotFoundError when the owner has none with this ID."""
        with self._lock:
            self.get(owner, task_id)
            del self._tasks[owner][task_id]
