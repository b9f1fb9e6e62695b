"""The tables, a class each: what the database keeps, as opposed to what the API shows."""

from app.models.base import Base
from app.models.task import Task
from app.models.user import User

__all__ = ["Base", "Task", "User"]
