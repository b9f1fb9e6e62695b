"""Hold what was measured against what is stated, and say whether a claim holds here.

The rules are described for readers in `docs/claims.md`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.claims import Claim

Verdict = Literal[
    "holds", "holds in part", "does not hold", "too noisy to tell", "not measured here"
]
TOLERANCE = 0.2
"""How far from one stated number a claim still holds, as a part of it."""
NEARLY_ALL = 0.85
"""The part of the rounds in which the right way has to be better: 6 of 7."""
FACTOR = 2.0
"""How far from what is stated a claim without a second way holds in part."""


@dataclass(frozen=True)
class Summary:
    """A middle value, and between which values half of all lie."""

    median: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """The distance of the quartiles."""
        return self.high - self.low

    @property
    def percent(self) -> float | None:
        """The distance of the quartiles in percent of the median; None beside a median of 0."""
        if self.width == 0:
            return 0.0
        return 100 * self.width / abs(self.median) if self.median else None


@dataclass(frozen=True)
class Judgement:
    """A claim, what was measured for it, and the verdict.

    `values` has, for each round, the quantity that is held against the stated value; `won` counts
    the rounds in which the right way was better than the naive one. Summaries are None where
    nothing was measured.
    """

    claim: Claim
    values: tuple[float, ...]
    quantity: Summary | None
    right: Summary | None
    naive: Summary | None
    won: int
    verdict: Verdict


def judge(claim: Claim) -> Judgement:
    """Return the verdict on a claim, with the numbers that it comes from."""
    if claim.missing is not None:
        return Judgement(claim, (), None, None, None, 0, "not measured here")
    values = _values(claim)
    right, naive = summarize(claim.right), summarize(claim.naive) if claim.naive else None
    won, quantity = _won(claim), summarize(values)
    return Judgement(claim, values, quantity, right, naive, won, _verdict(claim, quantity, won))


def summarize(values: Sequence[float]) -> Summary:
    """Return median and quartiles; with linear interpolation between neighbors."""
    if len(values) == 1:
        return Summary(values[0], values[0], values[0])
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Summary(median(values), low, high)


def _values(claim: Claim) -> tuple[float, ...]:
    match claim.measures:
        case "right":
            return claim.right
        case "naive":
            return claim.naive
    pairs = zip(claim.right, claim.naive, strict=True)
    if claim.measures == "saving":
        return tuple(100 * (1 - right / naive) for right, naive in pairs)
    return tuple(naive / right for right, naive in pairs)


def _won(claim: Claim) -> int:
    if not claim.naive:
        return 0
    pairs = zip(claim.right, claim.naive, strict=True)
    if claim.better == "lower":
        return sum(right < naive for right, naive in pairs)
    return sum(right > naive for right, naive in pairs)


def _verdict(claim: Claim, quantity: Summary, won: int) -> Verdict:
    low, high = where_it_holds(claim)
    borders = [low, high]
    if not claim.naive:
        stated = claim.stated_range
        borders += [min(low, stated[0] / FACTOR), max(high, stated[1] * FACTOR)]
    inside = sorted(border for border in borders if math.isfinite(border))
    if any(quantity.low < border < quantity.high for border in inside):
        return "too noisy to tell"
    if low <= quantity.median <= high:
        return "holds"
    if claim.naive:
        return "holds in part" if won >= NEARLY_ALL * len(claim.right) else "does not hold"
    return "holds in part" if min(borders) <= quantity.median <= max(borders) else "does not hold"


def where_it_holds(claim: Claim) -> tuple[float, float]:
    """Return between which values of the quantity the claim holds; infinite where one side is open.

    What is better than stated is no objection to a claim about the right way. About the naive way
    it is: who says that a mistake costs 330 ms is wrong also where it costs 30 ms. So it is about a
    ratio of 1: who says that both are alike is wrong also where the right way is better.
    """
    low, high = claim.stated_range
    if not isinstance(claim.stated, tuple):
        tolerance = _tolerance(claim, claim.stated)
        low, high = low - tolerance, high + tolerance
    match claim.measures, claim.better:
        case "naive", _:
            return low, high
        case "ratio", _ if low <= 1 <= high:
            return low, high
        case ("right", "higher") | ("saving", _) | ("ratio", "lower"):
            return low, math.inf
    return -math.inf, high


def _tolerance(claim: Claim, stated: float) -> float:
    """Return how far from a single stated number a claim still holds.

    Of 90 % less, 75 % would be within a fifth, although 25 % are left in place of 10 %; of a ratio
    of 1.2, so would be 1, which is no difference at all. Hence the smaller part counts.
    """
    part = stated
    if claim.measures == "saving":
        part = min(stated, 100 - stated)
    elif claim.measures == "ratio" and stated != 1:
        part = min(stated, abs(stated - 1))
    return TOLERANCE * part
