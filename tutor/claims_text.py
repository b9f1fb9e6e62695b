"""What became of claims, in words: numbers with their units, notes, and bars for a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.claims import Claim
    from tutor.verdicts import Judgement, Summary

_ONE_HUNDRED, _SMALLEST = 100, 0.001
_PARTS = " ▏▎▍▌▋▊▉"
_LABEL = 6
NAMES = {"right": "right", "naive": "naive"}


def number(value: float) -> str:
    """Return a number with three digits that count, and all digits of a larger whole part."""
    if value == round(value) or abs(value) >= _ONE_HUNDRED:
        return f"{value:,.0f}"
    if abs(value) < _SMALLEST:
        return f"{value:.2g}"
    return f"{value:.{2 - math.floor(math.log10(abs(value)))}f}"


def with_unit(value: float, unit: str) -> str:
    """Return a number and its unit."""
    return f"{number(value)}{' ' if unit[:1].isalnum() or unit == '%' else ''}{unit}"


def quantity(claim: Claim, value: float) -> str:
    """Return a value of what is held against the stated one: `right 150 ms`, `55 % less`."""
    match claim.measures:
        case "saving" if value < 0:
            return f"{percent(-value)} % more"
        case "saving":
            return f"{percent(value)} % less"
        case "ratio":
            return f"{number(value)} times"
    return f"{claim.measures} {with_unit(value, claim.unit)}"


def percent(value: float) -> str:
    """Return a share: in tenths of a percent."""
    return f"{value:.1f}".removesuffix(".0")


def stated(claim: Claim) -> str:
    """Return what is stated, in the words of `quantity`."""
    low, high = claim.stated_range
    if low == high:
        return quantity(claim, low)
    first = percent(low) if claim.measures == "saving" else number(low)
    words = quantity(claim, high).split(" ")
    place = 1 if claim.measures in NAMES else 0
    words[place] = f"{first} to {words[place]}"
    return " ".join(words)


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
    said = f"{claim.name}: stated in {claim.said_in}."
    if claim.missing:
        return f"{said} Not measured: {claim.missing.rstrip('.')}."
    if claim.naive:
        return f"{said} The right way was better in {found.won} of {len(claim.right)} rounds."
    return said


def bars(found: Judgement) -> list[tuple[str, float, float, str]]:
    """Return the bars of a claim as (name, start, end, text): both ways, and what is stated.

    The bar of a stated range ends at its upper end; its `start` is the lower one. A saving or a
    ratio is drawn as the value that the right way would have, beside the naive way measured here.
    """
    claim = found.claim
    drawn = [
        (name, each.median, each.median, with_unit(each.median, claim.unit))
        for name, each in ways(found)
    ]
    ends = sorted(_implied(found, value) for value in claim.stated_range)
    return [*drawn, ("stated", ends[0], ends[1], stated(claim))] if drawn else []


def _implied(found: Judgement, value: float) -> float:
    naive = found.naive.median if found.naive else 0.0
    match found.claim.measures:
        case "saving":
            return naive * (1 - value / 100)
        case "ratio":
            return naive / value if value else naive
    return value


def chart(found: Judgement, width: int, *, blocks: bool) -> list[tuple[str, str, str]]:
    """Return lines (name, bar, text) of at most `width` columns; without `blocks` in ASCII."""
    drawn = bars(found)
    longest = max((high for _, _, high, _ in drawn), default=0)
    room = width - _LABEL - 4 - max((len(text) for *_, text in drawn), default=0)
    scale = max(room, 1) / longest if longest > 0 else 0
    return [
        (f"{name:>{_LABEL}}", _bar(low * scale, high * scale, name, blocks=blocks), text)
        for name, low, high, text in drawn
    ]


def _bar(low: float, high: float, name: str, *, blocks: bool) -> str:
    """Return a bar that is filled up to `low`, and lightly filled from there up to `high`."""
    low, high = max(low, 0), max(high, 0)
    if name == "stated":
        full, light = ("▒", "░") if blocks else ("=", "-")
        return full * round(low) + light * (round(high) - round(low))
    if not blocks:
        return "#" * (round(low) or int(low > 0))
    whole, part = divmod(round(low * 8), 8)
    return "█" * whole + _PARTS[part].strip() or "▏" * (low > 0)
