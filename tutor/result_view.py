"""How the results of a lesson's tests look: a row of a table, and failures that can be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.rule import Rule
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from tutor.results import Failure, LessonResult

SHOWN_ALIKE = 5
_PLACE = re.compile(r"^\S.*:\d+: in .*$", re.MULTILINE)


def cells(result: LessonResult) -> tuple[str, ...]:
    """Return the cells of a result's row: lesson, passed, failed, skipped and why, seconds."""
    reasons = dict.fromkeys(test.reason for test in result.skips)
    skipped = f"{result.skipped}: {'; '.join(reasons)}" if reasons else "0"
    color = "red" if result.failed else "green"
    failed = f"[{color}]{result.failed}[/{color}]"
    return result.lesson.name, str(result.passed), failed, escape(skipped), f"{result.seconds:.1f}"


def failures(result: LessonResult) -> Iterator[RenderableType]:
    """Yield what a person needs to mend the lesson; what failed in the same way is shown once."""
    yield Rule(Text(result.lesson.path, style="bold red"), align="left")
    if result.problem:
        yield Text(f"{result.problem}\n", style="red")
    alike: dict[str, list[Failure]] = {}
    for failure in result.failures:
        alike.setdefault(_where_and_what(failure), []).append(failure)
    for first, *others in alike.values():
        yield from _failure(first)
        if others:
            yield _others(others)
    if result.problem and result.output:
        yield Text(f"{result.output}\n", style="dim", overflow="fold")


def _failure(failure: Failure) -> Iterator[Text]:
    yield Text(failure.test, style="bold")
    yield Text(f"{failure.traceback}\n", overflow="fold")
    if failure.output:
        yield Text(f"What it printed:\n{failure.output}\n", style="dim", overflow="fold")


def _others(others: list[Failure]) -> Text:
    names = [f"  {failure.test}" for failure in others[:SHOWN_ALIKE]]
    if len(others) > SHOWN_ALIKE:
        names.append(f"  and {len(others) - SHOWN_ALIKE} more")
    listed = "\n".join(names)
    return Text(f"{len(others)} more failed at the same place:\n{listed}\n", overflow="fold")


def _where_and_what(failure: Failure) -> str:
    """Return the last place in the traceback, its line of code, and what that raised."""
    places = list(_PLACE.finditer(failure.traceback))
    return failure.traceback[places[-1].start() :] if places else failure.traceback
