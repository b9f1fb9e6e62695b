"""The table of lessons in the README is what the cards say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.guards.code import read

if TYPE_CHECKING:
    from tutor.catalog import Catalog

START = "<!-- lessons:start -->"
END = "<!-- lessons:end -->"


def lesson_table(catalog: Catalog) -> str:
    """Return the table of all lessons, in Markdown, as the README has to show it."""
    rows = [
        f"| {lesson.number} | [{card.title}]({lesson.path}/) | {card.summary} | {card.minutes} |"
        for lesson in catalog.lessons
        for card in [lesson.card]
    ]
    return "\n".join(["| | lesson | what is new | minutes |", "|---|---|---|---|", *rows])


def stale_table(catalog: Catalog) -> list[str]:
    """Find a table of lessons that is missing or not what the cards say."""
    before, start, rest = read(catalog.root / "README.md").partition(START)
    table, end, _ = rest.partition(END)
    if not start or not end:
        return [f"README.md: the lines {START} and {END} are missing."]
    if table.strip() != lesson_table(catalog):
        line = before.count("\n") + 1
        way_out = "Put there what `python -m tests.guards` prints."
        return [f"README.md:{line}: the table of lessons is not what the cards say. {way_out}"]
    return []
