"""How far a test run is, while it goes on."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import TaskID

    from tutor.catalog import Lesson
    from tutor.results import Event


@contextmanager
def shown(chosen: Sequence[Lesson]) -> Iterator[Callable[[Event], None]]:
    """Yield a function that shows each event of a test run, on standard error."""
    try:
        if sys.stderr.isatty():
            with _live_progress(len(chosen)) as on_event:
                yield on_event
        else:
            yield _plain_progress
    except KeyboardInterrupt:
        display.note("Stopped before every lesson was tested.")
        raise


def _plain_progress(event: Event) -> None:
    result = getattr(event, "result", None)
    if result is not None:
        counts = f"{result.passed} passed, {result.failed} failed"
        display.note(f"{event.lesson.name}: {counts} in {result.seconds:.1f} s")


@contextmanager
def _live_progress(lessons: int) -> Iterator[Callable[[Event], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn())
    with Progress(*columns, console=display.console(stderr=True), transient=True) as progress:
        whole = progress.add_task("Lessons", total=lessons)
        bars: dict[Lesson, TaskID] = {}

        def on_event(event: Event) -> None:
            kind = type(event).__name__
            if kind == "Collected":
                total = getattr(event, "tests", 0)
                bars[event.lesson] = progress.add_task(event.lesson.name, total=total)
            elif kind == "Reported":
                progress.advance(bars[event.lesson])
            elif kind == "Ended":
                progress.advance(whole)
                if event.lesson in bars:
                    progress.remove_task(bars.pop(event.lesson))

        yield on_event
