"""Builders: rows with good values for all that a test does not care about."""

from itertools import count
from uuid import uuid4

from databases import Database
from sqlalchemy.orm import Session

from app.models import Base, Task, User

numbers = count(1)


def a_user(**values: object) -> User:
    """Return a user whom no other test has, with these values; nobody can log in as this user."""
    name = f"user{next(numbers)}"
    usual = {
        "id": uuid4(),
        "username": name,
        "email": f"{name}@example.com",
        "full_name": None,
        "password_hash": "",
        "disabled": False,
        "is_superuser": False,
    }
    return User(**usual | values)


def a_task(owner: User, **values: object) -> Task:
    """Return an open task of the owner, with these values."""
    usual = {"title": "Buy milk", "description": None, "due_date": None, "completed": False}
    return Task(owner_id=owner.id, **usual | values)


def save(database: Database, *rows: Base) -> None:
    """Put rows into the database; those of tasks then know their ID."""
    with Session(database.engine, expire_on_commit=False) as session, session.begin():
        session.add_all(rows)
