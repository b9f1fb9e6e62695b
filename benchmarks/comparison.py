"""Compare a bare tool with ours: in the same run, turn by turn, by the median."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROUNDS = 7


@dataclass(frozen=True)
class Row:
    """One comparison: medians in seconds, and the ratio that we aim at and the worst we accept."""

    name: str
    bare: str
    bare_seconds: float
    our_seconds: float
    goal: float
    worst: float

    @property
    def ratio(self) -> float:
        """Our time as a multiple of the bare tool's."""
        return self.our_seconds / self.bare_seconds

    @property
    def verdict(self) -> str:
        """Say whether the goal is met, the worst accepted is met, or neither."""
        if self.ratio <= self.goal:
            return "met"
        return "within the worst" if self.ratio <= self.worst else "missed"


@dataclass(frozen=True)
class Share:
    """What is left of a rate: the share, the one that we aim at, and the least that we accept."""

    name: str
    share: float
    goal: float
    worst: float

    @property
    def verdict(self) -> str:
        """Say whether the goal is met, the worst accepted is met, or neither."""
        if self.share >= self.goal:
            return "met"
        return "within the worst" if self.share >= self.worst else "missed"

    def __str__(self) -> str:
        numbers = f"{self.share:.2f}, goal {self.goal:.2f}, worst {self.worst:.2f}"
        return f"- {self.name}: {numbers}: {self.verdict}."


def compare(
    name: str,
    bare: tuple[str, Callable[[], float]],
    ours: Callable[[], float],
    *,
    goal: float,
    worst: float,
    rounds: int = ROUNDS,
) -> Row:
    """Run both sides in turn, `rounds` times after one warm-up each, and return the medians.

    Each side is a function that does its work once and returns what it took, in seconds.
    """
    label, bare_once = bare
    bare_once(), ours()
    samples = [(bare_once(), ours()) for _ in range(rounds)]
    bare_median, our_median = (statistics.median(side) for side in zip(*samples, strict=True))
    return Row(name, label, bare_median, our_median, goal, worst)


def within(name: str, ours: Callable[[], float], *, limit: float, rounds: int = ROUNDS) -> Row:
    """Run ours alone, `rounds` times after one warm-up; its median may take `limit` seconds."""
    ours()
    median = statistics.median(ours() for _ in range(rounds))
    return Row(name, "the limit", limit, median, goal=1.0, worst=1.0)


def median_and_spread(values: Iterable[float], digits: int = 0) -> str:
    """Return the median, and the lowest and the highest value in brackets."""
    all_values = list(values)
    numbers = (statistics.median(all_values), min(all_values), max(all_values))
    return "{} ({}-{})".format(*(f"{number:.{digits}f}" for number in numbers))
