"""What the app does with the rows of its tables: no query is written elsewhere."""

from app.crud.task import tasks
from app.crud.user import users

__all__ = ["tasks", "users"]
