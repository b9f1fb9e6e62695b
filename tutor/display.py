"""What a person sees: lines, tables, panels, progress. The only file that prints."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.table import Table

    from tutor.catalog import Catalog, Lesson
    from tutor.errors import TutorError


def line(text: str = "") -> None:
    """Print one line of the answer, at once even into a pipe."""
    print(text, flush=True)


def note(text: str) -> None:
    """Print one line about what is happening; it goes to standard error."""
    print(text, file=sys.stderr, flush=True)


def failure(error: TutorError) -> None:
    """Print what went wrong and the way out, to standard error."""
    note(f"Error: {error.what}")
    if error.way_out:
        note(error.way_out)


def asker() -> Callable[[str], bool] | None:
    """Return a function that asks a yes-or-no question, or None when nobody could answer."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    from rich.prompt import Confirm

    return lambda question: Confirm.ask(question, default=True)


def data(value: object) -> None:
    """Print `value` as JSON for a program to read."""
    import json

    line(json.dumps(value, indent=2, ensure_ascii=False))


def console(*, stderr: bool = False) -> Console:
    """Return a console that colors only a terminal, and does not wrap narrowly into a file."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 100
    return Console(stderr=stderr, highlight=False, width=width, soft_wrap=False)


def table(*columns: str) -> Table:
    """Return an empty table in the house's form; a column named `>x` is aligned right."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        right = column.startswith(">")
        made.add_column(
            column.removeprefix(">"),
            justify="right" if right else "left",
            no_wrap=right,
            overflow="fold",
        )
    return made


def lessons(catalog: Catalog, *, as_json: bool) -> None:
    """Print all lessons, a table for each kind."""
    if as_json:
        return data([_lesson_data(lesson) for lesson in catalog.lessons])
    out = console()
    for kind, title in (("stage", "Stages: one API, grown step by step"), ("example", "Examples")):
        chosen = [lesson for lesson in catalog.lessons if lesson.kind == kind]
        if not chosen:
            continue
        rows = table("Lesson", "What is new", ">Minutes")
        for lesson in chosen:
            rows.add_row(lesson.name, lesson.card.summary, str(lesson.card.minutes))
        out.print(f"\n[bold]{title}[/bold]")
        out.print(rows)
    out.print("Read one: tutor_cli show 01    Run it: tutor_cli run 01")
    return None


def _lesson_data(lesson: Lesson) -> dict[str, object]:
    card = lesson.card.model_dump(mode="json")
    return {"name": lesson.name, "kind": lesson.kind, "path": lesson.path, **card}


def lesson_text(lesson: Lesson, *, as_json: bool) -> None:
    """Print a lesson's card in short and its README."""
    if as_json:
        return data(_lesson_data(lesson))
    from rich.markdown import Markdown
    from rich.panel import Panel
    from rich.text import Text

    card = lesson.card
    out = console()
    about = f"{card.summary}\n{card.minutes} minutes · {lesson.path}"
    out.print(Panel(Text(about), title=f"{lesson.number} · {card.title}", title_align="left"))
    readme = lesson.folder / "README.md"
    if readme.is_file():
        out.print(Markdown(readme.read_text(encoding="utf-8"), hyperlinks=out.is_terminal))
    out.print(f"\nRun it: tutor_cli run {lesson.number}    Test it: tutor_cli test {lesson.number}")
    return None
