"""Measure the claims of lessons, and show each lesson's verdicts as soon as they are known."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tutor import display, machine, measuring
from tutor.errors import TutorError
from tutor.verdicts import where_it_holds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.catalog import Lesson
    from tutor.machine import Machine
    from tutor.measuring import Measurement
    from tutor.verdicts import Judgement, Summary

_ENOUGH = 5
_FEW = "So few rounds show little of the spread: a verdict may be chance. Measure with --rounds 7."


@dataclass(frozen=True)
class BenchOptions:
    """What a person can choose about `tutor_cli bench`."""

    rounds: int = measuring.ROUNDS
    time_limit: float = measuring.TIME_LIMIT
    as_json: bool = False
    svg: Path | None = None


@dataclass(frozen=True)
class Failed:
    """A lesson that could not be measured, and why."""

    lesson: Lesson
    error: TutorError


def show_claims(lessons: Sequence[Lesson], options: BenchOptions) -> int:
    """Measure and show the claims of each lesson; return 1 when one could not be measured.

    Raises TutorError, after all is shown, when the chart cannot be written.
    """
    here = machine.this_machine()
    try:
        results = [_measured(lesson, options) for lesson in lessons]
    except KeyboardInterrupt:
        display.note("Stopped before every lesson was measured.")
        raise
    found = [each for each in results if not isinstance(each, Failed)]
    failed = [each for each in results if isinstance(each, Failed)]
    if options.as_json:
        display.data(_data(found, failed, here, options))
    elif found:
        display.paragraphs(*_closing(found, here, options))
    if options.svg and found:  # last: a file that cannot be written must not cost the results
        _write(found, here, options.svg, options)
    return int(bool(failed))


def _measured(lesson: Lesson, options: BenchOptions) -> Measurement | Failed:
    """Measure a lesson, and show what came of it, unless a program wants all of it later."""

    def progress(line: str) -> None:
        display.progress(f"{lesson.name}: {line}")

    progress(f"{options.rounds} round{'s' * (options.rounds != 1)} ...")
    try:
        found = measuring.measure(
            lesson, rounds=options.rounds, time_limit=options.time_limit, on_line=progress
        )
    except TutorError as error:
        if not options.as_json:
            display.failure(error)
        return Failed(lesson, error)
    if not options.as_json:
        from tutor.claims_view import renderables

        out = display.console()
        blocks = not out.options.ascii_only
        display.show(out, *renderables(found, out.width, blocks=blocks))
    return found


def _closing(found: Sequence[Measurement], here: Machine, options: BenchOptions) -> list[str]:
    """Return what stands below it all: how many claims got each verdict, and what it holds for."""
    counts = Counter(each.verdict for lesson in found for each in lesson.judgements)
    verdicts = ", ".join(f"{verdict} {count}" for verdict, count in counts.most_common())
    doubts = [machine.load_before(here), _FEW if options.rounds < _ENOUGH else None]
    return [*filter(None, doubts), f"Measured on {here}.", f"Verdicts: {verdicts}."]


def _write(found: Sequence[Measurement], here: Machine, path: Path, options: BenchOptions) -> None:
    from tutor.claims_chart import chart
    from tutor.whole_files import write_whole

    write_whole(chart(found, _closing(found, here, options)), path, such_as="claims.svg")
    say = display.note if options.as_json else display.line
    say(f"The chart is {path}")


def _data(
    found: Sequence[Measurement], failed: Sequence[Failed], here: Machine, options: BenchOptions
) -> dict[str, object]:
    """Return everything that is known, for a program to read."""
    return {
        "machine": asdict(here) | {"loaded": machine.load_before(here)},
        "rounds": options.rounds,
        "lessons": [
            {
                "name": each.lesson.name,
                "seconds": each.seconds,
                "disturbed": each.disturbed,
                "claims": [_claim_data(judgement) for judgement in each.judgements],
            }
            for each in found
        ],
        "failed": [
            {"name": each.lesson.name, "what": each.error.what, "way_out": each.error.way_out}
            for each in failed
        ],
    }


def _claim_data(found: Judgement) -> dict[str, object]:
    low, high = where_it_holds(found.claim)
    return found.claim.model_dump(mode="json") | {
        "verdict": found.verdict,
        "holds_from": low if low > -float("inf") else None,
        "holds_to": high if high < float("inf") else None,
        "values": list(found.values),
        "rounds_won": found.won,
        "quantity": _summary_data(found.quantity),
        "summary_of_right": _summary_data(found.right),
        "summary_of_naive": _summary_data(found.naive),
    }


def _summary_data(summary: Summary | None) -> dict[str, object] | None:
    if summary is None:
        return None
    return {
        "median": summary.median,
        "quartiles": [summary.low, summary.high],
        "spread_percent": summary.percent,
    }
