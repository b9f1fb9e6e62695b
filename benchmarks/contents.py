"""The tasks of the user whose requests are measured, for clients and for servers."""

from __future__ import annotations

TASKS = 10


def task(number: int) -> dict[str, object]:
    """Return what a client sends to create a task."""
    return {"title": f"Task {number}", "description": "Measured", "due_date": "2027-01-31"}
