"""What a person sees: lines, tables, panels, progress. The only file that prints."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console, RenderableType
    from rich.table import Table

    from tutor.catalog import Catalog, Lesson
    from tutor.doctor import Finding
    from tutor.errors import TutorError
    from tutor.notebooks import NotebookResult
    from tutor.results import LessonResult


def line(text: str = "") -> None:
    """Print one line of the answer, at once even into a pipe."""
    print(text, flush=True)


def note(text: str) -> None:
    """Print one line about what is happening; it goes to standard error."""
    print(text, file=sys.stderr, flush=True)


def progress(text: str) -> None:
    """Print one line about how far it is; only to a person who waits at a terminal."""
    if sys.stderr.isatty():
        note(text)


def paragraphs(*texts: str) -> None:
    """Print each text on a line of its own, broken between words where it does not fit."""
    from rich.text import Text

    show(console(), *map(Text, texts))


def parts(first: str, *others: str) -> None:
    """Print one line of several parts; where the terminal is narrower, one part a line."""
    import shutil

    whole = " — ".join((first, *others))
    narrow = sys.stdout.isatty() and len(whole) > shutil.get_terminal_size().columns
    line("\n  ".join((first, *others)) if narrow else whole)


def failure(error: TutorError) -> None:
    """Print what went wrong and the way out, to standard error."""
    note(f"Error: {error.what}")
    if error.way_out:
        note(as_typed(error.way_out))


def as_typed(text: str) -> str:
    """Return `text` with the command as this person types it: not everyone has it on the PATH."""
    return re.sub(r"\btutor_cli(?= [a-z])", lambda _: command(), text)


def command() -> str:
    """Return the command as this person types it."""
    from shutil import which

    script = Path(sys.argv[0])
    if which("tutor_cli") or script.name != "tutor_cli.py":
        return "tutor_cli"
    return f"{'python' if sys.platform == 'win32' else 'python3'} {script}"


def asker() -> Callable[[str], bool] | None:
    """Return a function that asks a yes-or-no question, or None when nobody could answer."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        return None

    def ask(question: str) -> bool:
        from rich.prompt import Confirm

        try:
            return Confirm.ask(question, default=True)
        except (KeyboardInterrupt, EOFError):
            line()
            return False

    return ask


def data(value: object) -> None:
    """Print `value` as JSON for a program to read."""
    import json

    line(json.dumps(value, indent=2, ensure_ascii=False))


def console(*, stderr: bool = False) -> Console:
    """Return a console that colors only a terminal, and does not wrap narrowly into a file."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else columns()
    return Console(stderr=stderr, highlight=False, width=width)


def show(out: Console, *what: RenderableType) -> None:
    """Print on `out`; into a file or pipe without the blanks that fill a terminal's lines."""
    if out.is_terminal:
        for part in what:
            out.print(part)
        return
    with out.capture() as capture:
        for part in what:
            out.print(part)
    for printed in capture.get().splitlines():
        out.file.write(printed.rstrip() + "\n")


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
        rows.columns[0].no_wrap = True
        for lesson in chosen:
            rows.add_row(lesson.name, lesson.card.summary, str(lesson.card.minutes))
        show(out, f"\n[bold]{title}[/bold]", rows)
    line(as_typed("Read one: tutor_cli show 01\nRun it:   tutor_cli run 01"))
    return None


def _lesson_data(lesson: Lesson) -> dict[str, object]:
    card = lesson.card.model_dump(mode="json")
    return {"name": lesson.name, "kind": lesson.kind, "path": lesson.path, **card}


def lesson_text(lesson: Lesson, *, as_json: bool) -> None:
    """Print a lesson's card in short and its README: a page at a time in a terminal."""
    if as_json:
        return data(_lesson_data(lesson))
    card, out = lesson.card, console()
    readme = lesson.folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    about = f"{lesson.path}: {card.summary}. {card.minutes} minutes."
    hints = as_typed(f"Run it: tutor_cli run {lesson.number}")
    if not out.is_terminal:
        for part in (about, "", text.rstrip(), "", hints):
            line(part)
        return None
    from tutor.markdown import in_terminal

    os.environ.setdefault("LESS", "-RFX")  # colors, and no paging of what fits on the screen
    with out.pager(styles=True, links=True):
        out.print(about)
        out.print(in_terminal(text), crop=False)
        out.print(f"\n{hints}")
    return None


_MARKS = {
    "ok": "[green]ok[/green]",
    "missing": "[red]missing[/red]",
    "wrong": "[red]wrong[/red]",
    "optional": "[yellow]optional[/yellow]",
}


def findings(found: Sequence[Finding], *, as_json: bool) -> int:
    """Print what the doctor found; return the exit code: 1 when a required part is not right."""
    from rich.markup import escape

    bad = [finding for finding in found if finding.required and finding.state != "ok"]
    if as_json:
        data([asdict(finding) for finding in found])
        return int(bool(bad))
    rows = table("", "Part", "What was found")
    for finding in found:
        text = escape(finding.detail)
        if finding.state != "ok":
            text += f"\n[dim]For:[/dim] {escape(finding.enables)}"
            text += f"\n[dim]Get it:[/dim] {escape(as_typed(finding.get))}"
        mark = finding.state if finding.required or finding.state == "ok" else "optional"
        rows.add_row(_MARKS[mark], escape(finding.name), text)
    show(console(), rows)
    if bad:
        names = ", ".join(finding.name for finding in bad)
        line(f"The workbook cannot work like this. Mend first: {names}.")
        return 1
    line("Everything the workbook must have is here.")
    return 0


def columns(otherwise: int = 100) -> int:
    """Return how wide the answer may be: as COLUMNS says, the terminal is, or else `otherwise`."""
    from shutil import get_terminal_size

    return get_terminal_size((otherwise, 24)).columns


def is_terminal() -> bool:
    """Return whether the answer goes to a terminal."""
    return sys.stdout.isatty()


def rows(found: Iterable[Sequence[tuple[str, str]]]) -> None:
    """Print lines of (text, style) pieces as they are: they fit, or are not for a terminal."""
    if not is_terminal():
        for row in found:
            print("".join(text for text, _ in row).rstrip(" "))
        return
    from rich.text import Text

    out = console()
    for row in found:
        out.print(Text.assemble(*row), soft_wrap=True)


def testing_results(results: Sequence[LessonResult], *, as_json: bool) -> int:
    """Print the failures, a table, and the closing line; return the exit code: 1 if any failed."""
    passed, failed, skipped = (
        sum(getattr(result, count) for result in results)
        for count in ("passed", "failed", "skipped")
    )
    if as_json:
        from tutor.results import as_json as to_json

        line(to_json(results))
        return int(failed > 0)
    from tutor import result_view

    out = console()
    for result in results:
        if result.failed:
            show(out, *result_view.failures(result))
    rows = table("Lesson", ">Passed", ">Failed", "Skipped", ">Seconds")
    for result in results:
        rows.add_row(*result_view.cells(result))
    show(out, rows)
    for result in results:
        if result.covered is not None:
            line(f"The tests of {result.lesson.name} cover {result.covered:.1f} % of its app.")
    if not any(result.tests or result.problem for result in results):
        note("Not one test ran: look at what follows -- in the command.")
        failed = 1
    line(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return int(failed > 0)


def notebook_result(result: NotebookResult) -> int:
    """Print what came of executing a notebook; return the exit code: 1 when it has not passed."""
    for problem in result.problems:
        line(problem)
    wrong, left = len(result.missing), result.not_attempted
    if wrong:
        exercises = "exercise is" if wrong == 1 else "exercises are"
        line(f"{wrong} {exercises} not right yet: {'; '.join(result.missing)}")
    verdict = "passed" if result.passed else "failed"
    text = f"{result.notebook} {verdict}: {result.cells} cells in {result.seconds:.1f} s"
    exercises = "exercise" if left == 1 else "exercises"
    line(f"{text}, {left} {exercises} not attempted" if left else text)
    return int(not result.passed)


def accept_any_text() -> None:
    """Replace what the terminal's encoding cannot show, where Python would raise an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
