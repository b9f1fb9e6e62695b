"""What became of claims, in words: numbers with their units, notes, and bars of characters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.claims import Claim
    from tutor.verdicts import Judgement, Summary

_ALL_DIGITS, _SMALLEST = 100, 0.001
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LABEL = 6


def number(value: float) -> str:
    """Return a number with three digits that count, and all digits of a larger whole part."""
    if value == round(value) or abs(value) >= _ALL_DIGITS:
        return f"{value:,.0f}"
    if abs(value) < _SMALLEST:
        return f"{value:.2g}"
    return f"{value:.{2 - math.floor(math.log10(abs(value)))}f}"


def percent(value: float) -> str:
    """Return a share in tenths of a percent, without a last zero."""
    return f"{value:.1f}".removesuffix(".0")


def with_unit(value: float, unit: str) -> str:
    """Return a number and its unit."""
    return f"{number(value)} {unit}"


def quantity(claim: Claim, value: float) -> str:
    """Return a value of what is held against the stated one: `right 150 ms`, `55 % less`."""
    match claim.measures:
        case "saving":
            return f"{percent(abs(value))} % {'less' if value >= 0 else 'more'}"
        case "ratio":
            return f"factor {number(value)}"
    return f"{claim.measures} {with_unit(value, claim.unit)}"


def stated(claim: Claim) -> str:
    """Return what is stated, in the words of `quantity`: `70 to 90 % less`."""
    low, high = claim.stated_range
    if low == high:
        return quantity(claim, low)
    match claim.measures:
        case "saving":
            return f"{percent(low)} to {quantity(claim, high)}"
        case "ratio":
            return f"factor {number(low)} to {number(high)}"
    return f"{claim.measures} {number(low)} to {with_unit(high, claim.unit)}"


def measured(found: Judgement) -> Iterator[str]:
    """Yield what was measured: the quantity that the verdict is about, then the ways it is of."""
    claim = found.claim
    if found.quantity is None:
        return
    yield quantity(claim, found.quantity.median)
    for name, summary in ways(found):
        if name != claim.measures:
            yield f"{name} {with_unit(summary.median, claim.unit)}"


def ways(found: Judgement) -> Iterator[tuple[str, Summary]]:
    """Yield name and summary of each way that was measured."""
    for name, summary in (("right", found.right), ("naive", found.naive)):
        if summary:
            yield name, summary


def spread(found: Judgement) -> str:
    """Return how far the quartiles of the quantity are apart: in percent of its median.

    A saving is in percent itself, so its spread is in percentage points.
    """
    summary = found.quantity
    if summary is None:
        return ""
    if len(found.values) == 1:
        return "1 round"
    if found.claim.measures == "saving":
        return f"{percent(summary.width)} points"
    return "wide" if summary.percent is None else f"{percent(summary.percent)} %"


def note(found: Judgement) -> str:
    """Return where the claim is stated, and what the verdict rests on beside the number."""
    claim = found.claim
    said = f"Said in: {claim.said_in.rstrip('.')}."
    if claim.missing:
        return f"{said} Not measured: {claim.missing.rstrip('.')}."
    if claim.naive:
        rounds = f"{len(claim.right)} round{'s' * (len(claim.right) != 1)}"
        return f"{said} The right way was better in {found.won} of {rounds}."
    return said


@dataclass(frozen=True)
class Bar:
    """A bar from 0 to `high`, in the claim's unit; of a stated range `low` is the lower end."""

    name: str
    low: float
    high: float
    text: str


def bars(found: Judgement) -> list[Bar]:
    """Return the bars of a claim: the ways, and what is stated; none where nothing was measured.

    A stated saving or ratio is drawn as the value that the right way would then have, beside the
    naive way as it was measured here.
    """
    claim = found.claim
    drawn = [
        Bar(name, each.median, each.median, with_unit(each.median, claim.unit))
        for name, each in ways(found)
    ]
    low, high = sorted(_implied(found, value) for value in claim.stated_range)
    return [*drawn, Bar("stated", low, high, stated(claim))] if drawn else []


def _implied(found: Judgement, value: float) -> float:
    naive = found.naive.median if found.naive else 0.0
    match found.claim.measures:
        case "saving":
            return naive * (1 - value / 100)
        case "ratio":
            return naive / value if value else naive
    return value


def chart(found: Judgement, width: int, *, blocks: bool) -> list[tuple[str, str, str]]:
    """Return lines (name, bar, text) for `width` columns; without `blocks` in ASCII."""
    drawn = bars(found)
    longest = max((bar.high for bar in drawn), default=0)
    room = width - _LABEL - 2 - max((len(bar.text) for bar in drawn), default=0)
    scale = max(room, 1) / longest if longest > 0 else 0
    return [(bar.name, _characters(bar, scale, blocks=blocks), bar.text) for bar in drawn]


def _characters(bar: Bar, scale: float, *, blocks: bool) -> str:
    """Return the bar, `scale` columns a unit; what is above 0 is never without a mark."""
    low, high = max(bar.low, 0.0) * scale, max(bar.high, 0.0) * scale
    least = 1 if low > 0 else 0
    if bar.name == "stated":
        full, light = ("▒", "░") if blocks else ("=", "-")
        return full * max(round(low), least) + light * (round(high) - round(low))
    if not blocks:
        return "#" * max(round(low), least)
    eighths = max(round(low * 8), least)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
