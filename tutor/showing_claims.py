"""Measure the claims of lessons, and show each lesson's verdicts as soon as they are known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tutor import claims_text as words
from tutor import display, machine, measuring
from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from tutor.catalog import Lesson
    from tutor.measuring import Measurement
    from tutor.verdicts import Judgement, Verdict

_STYLES: dict[Verdict, str] = {
    "holds": "green",
    "holds in part": "yellow",
    "does not hold": "red",
    "too noisy to tell": "magenta",
    "not measured here": "dim",
}
_WIDEST_CHART = 76
_BLOCKS = "█▏▒░"
_AGAIN = "measure again when it is quiet."


@dataclass(frozen=True)
class BenchOptions:
    """What a person can choose about `tutor_cli bench`."""

    rounds: int = measuring.ROUNDS
    time_limit: float = measuring.TIME_LIMIT
    as_json: bool = False
    svg: Path | None = None


def show_claims(lessons: Sequence[Lesson], options: BenchOptions) -> int:
    """Measure and show the claims of each lesson; return 1 when one could not be measured.

    Raises TutorError, after all is shown, when the chart cannot be written.
    """
    here = machine.this_machine()
    found: list[Measurement] = []
    failed: list[tuple[Lesson, TutorError]] = []
    for lesson in lessons:
        try:
            found.append(_measure(lesson, options))
        except TutorError as error:
            failed.append((lesson, error))
            if not options.as_json:
                display.failure(error)
        else:
            if not options.as_json:
                _show(found[-1])
    if options.as_json:
        display.data(_data(found, failed, here, options))
    elif found:
        _close(found, here)
    return int(bool(failed))


def _measure(lesson: Lesson, options: BenchOptions) -> Measurement:
    def progress(line: str) -> None:
        display.progress(f"{lesson.name}: {line}")

    progress(f"{options.rounds} round{'s' * (options.rounds != 1)} ...")
    return measuring.measure(
        lesson, rounds=options.rounds, time_limit=options.time_limit, on_line=progress
    )


def _show(found: Measurement) -> None:
    out = display.console()
    display.show(out, *_renderables(found, out.width))


def _renderables(found: Measurement, width: int) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(f"\n{found.lesson.name}: {found.lesson.card.title}", style="bold")
    rows = display.table("Claim", "Stated", "Measured here", "Spread", "Verdict")
    for each in found.judgements:
        rows.add_row(*_cells(each))
    yield rows
    for each in found.judgements:
        yield Text(words.note(each), style="dim")
    yield from _chart(found.judgements, min(width, _WIDEST_CHART))


def _cells(found: Judgement) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(found.claim.name)
    yield Text(words.stated(found.claim))
    yield Text("\n".join(words.measured(found)))
    yield Text(words.spread(found))
    yield Text(found.verdict, style=_STYLES[found.verdict])


def _chart(judgements: Sequence[Judgement], width: int) -> Iterator[RenderableType]:
    from rich.text import Text

    for each in judgements:
        lines = words.chart(each, width, blocks=display.can_show(_BLOCKS))
        if lines:
            yield Text(f"\n{each.claim.name}")
        for name, bar, text in lines:
            yield Text.assemble((name, "dim"), " ", (bar, _BARS[name.strip()]), f" {text}")


_BARS = {"right": "bright_blue", "naive": "yellow", "stated": "dim"}


def _close(found: Sequence[Measurement], here: machine.Machine) -> None:
    counted: dict[str, int] = {}
    for each in found:
        for judgement in each.judgements:
            counted[judgement.verdict] = counted.get(judgement.verdict, 0) + 1
    display.line()
    for sentence in _doubts(found, here):
        display.line(sentence)
    display.line(f"Measured on {here}.")


def _doubts(found: Sequence[Measurement], here: machine.Machine) -> Iterator[str]:
    load = machine.load_before(here)
    if load:
        yield f"{load}: other programs were running; {_AGAIN}"
    for each in found:
        if each.disturbed:
            yield f"{each.disturbed} ({each.lesson.name}): the machine was busy; {_AGAIN}"


def _data(
    found: Sequence[Measurement],
    failed: Sequence[tuple[Lesson, TutorError]],
    here: machine.Machine,
    options: BenchOptions,
) -> dict[str, object]:
    return {
        "machine": asdict(here),
        "rounds": options.rounds,
        "doubts": list(_doubts(found, here)),
        "lessons": [
            {
                "name": each.lesson.name,
                "seconds": each.seconds,
                "claims": [_claim_data(judgement) for judgement in each.judgements],
            }
            for each in found
        ],
        "failed": [
            {"name": lesson.name, "what": error.what, "way_out": error.way_out}
            for lesson, error in failed
        ],
    }


def _claim_data(found: Judgement) -> dict[str, object]:
    data = asdict(found)
    return found.claim.model_dump(mode="json") | {
        "values": list(found.values),
        "quantity": data["quantity"],
        "right_summary": data["right"],
        "naive_summary": data["naive"],
        "won": found.won,
        "verdict": found.verdict,
    }
