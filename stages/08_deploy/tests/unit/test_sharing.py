"""What the email says with which a task is shared."""

from datetime import date

import pytest
from builders import a_task, a_user

from app import sharing

ADA = a_user(username="ada")


def test_the_subject_is_the_title() -> None:
    assert sharing.subject(a_task(ADA, title="Buy milk")) == "Task: Buy milk"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028"])
def test_the_subject_is_one_line(end: str) -> None:
    task = a_task(ADA, title=f"Buy milk{end}Bcc: all@example.com")

    assert sharing.subject(task) == "Task: Buy milk Bcc: all@example.com"


def test_the_text_says_who_shares_what() -> None:
    task = a_task(ADA, title="Buy milk", description="Two bottles", due_date=date(2027, 1, 31))

    assert sharing.text(task, ADA) == (
        "ada shares a task with you: Buy milk\n\nDue: 2027-01-31\n\nTwo bottles"
    )


def test_the_text_leaves_out_what_the_task_does_not_say() -> None:
    assert (
        sharing.text(a_task(ADA, title="Buy milk"), ADA) == "ada shares a task with you: Buy milk"
    )
