"""How the verdicts on a lesson's claims look in a terminal: a table, and bars for each claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tutor import claims_text as words
from tutor import display

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from tutor.measuring import Measurement
    from tutor.verdicts import Judgement, Verdict

_VERDICTS: dict[Verdict, str] = {
    "holds": "green",
    "holds in part": "yellow",
    "does not hold": "red",
    "too noisy to tell": "magenta",
    "not measured here": "dim",
}
_BARS = {"right": "bright_blue", "naive": "yellow", "stated": "dim"}
_NARROW, _WIDEST_CHART = 76, 76
_NAME_COLUMNS = 14


def renderables(found: Measurement, width: int, *, blocks: bool) -> Iterator[RenderableType]:
    """Yield what shows a lesson's verdicts in `width` columns; without `blocks` in ASCII."""
    yield Text(f"\n{found.lesson.name}", style="bold")
    wide = width >= _NARROW
    yield _table(found.judgements) if wide else Text()
    for each in found.judgements:
        yield Text(each.claim.name, style="bold")
        if not wide:
            yield from _record(each)
        yield from _bars(each, min(width, _WIDEST_CHART), blocks=blocks)
        yield Text(f"{words.note(each)}\n", style="dim")
    if found.disturbed:
        yield Text(f"{found.disturbed}\n")


def _table(judgements: Sequence[Judgement]) -> RenderableType:
    rows = display.table("Claim", "Stated", "Measured here", "Spread", "Verdict")
    rows.columns[0].min_width = _NAME_COLUMNS
    for each in judgements:
        rows.add_row(
            Text(each.claim.name),
            Text(words.stated(each.claim)),
            Text("\n".join(words.measured(each))),
            Text(words.spread(each)),
            _verdict(each),
        )
    return rows


def _record(found: Judgement) -> Iterator[RenderableType]:
    """Yield the cells of a row one below the other, for a terminal too narrow for the table."""
    yield Text(f"Stated         {words.stated(found.claim)}")
    for number, line in enumerate(words.measured(found)):
        yield Text(f"{'' if number else 'Measured here':13}  {line}")
    if found.quantity:
        yield Text(f"Spread         {words.spread(found)}")
    yield Text.assemble("Verdict        ", _verdict(found))


def _verdict(found: Judgement) -> Text:
    return Text(found.verdict, style=_VERDICTS[found.verdict])


def _bars(found: Judgement, width: int, *, blocks: bool) -> Iterator[RenderableType]:
    for name, bar, text in words.chart(found, width, blocks=blocks):
        yield Text.assemble((f"{name:>6}", "dim"), " ", (bar, _BARS[name]), f" {text}")
