"""What the email says with which a user shares a task."""

from app.models import Task, User


def subject(task: Task) -> str:
    """Return the title on one line: in a header, a second line would be another header."""
    return f"Task: {' '.join(task.title.split())}"


def text(task: Task, user: User) -> str:
    """Return the task in words."""
    due = task.due_date.isoformat() if task.due_date else "whenever you like"
    lines = [f"{user.username} shares a task with you: {task.title}", f"Due: {due}"]
    return "\n\n".join([*lines, task.description or ""]).strip()
