"""The tasks of the user whose requests are measured, for clients and for servers."""

from __future__ import annotations

import json

TASKS = 10


def task(number: int) -> dict[str, object]:
    """Return what a client sends to create a task."""
    return {"title": f"Task {number}", "description": "Measured", "due_date": "2027-01-31"}


def answer() -> bytes:
    """Return what every server answers to that client, asked for all tasks."""
    numbers = range(1, TASKS + 1)
    tasks = [{"id": number} | task(number) | {"completed": False} for number in numbers]
    return json.dumps(tasks, separators=(",", ":")).encode()
