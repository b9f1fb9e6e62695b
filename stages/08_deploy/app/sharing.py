"""What the email says with which a user shares a task."""

from app.models import Task, User


def subject(task: Task) -> str:
    """Return the title on one line: in a header, a second line would be another header."""
    return f"Task: {' '.join(task.title.split())}"


def text(task: Task, user: User) -> str:
    """Return the task in words."""
    parts = [f"{user.username} shares a task with you: {task.title}"]
    if task.due_date:
        parts.append(f"Due: {task.due_date}")
    if task.description:
        parts.append(task.description)
    return "\n\n".join(parts)
