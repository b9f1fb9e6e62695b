"""What this machine is, and whether it was quiet enough to measure on."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PIECES = 7
"""How many times the fixed piece of work is done and timed, before a measurement and after it."""
_STEPS = 200_000
"""Additions in a piece: long enough that another program's turn on the core shows."""
SLOWED = 0.25
"""How much longer than the fastest piece the middle one may take."""
_AGAIN = "Measure again when it is quiet."
LOADED = 0.5
"""How many programs a core may have had to run, on average over the last minute."""


@dataclass(frozen=True)
class Machine:
    """What a measurement holds for."""

    cores: int
    system: str
    python: str
    load: float | None
    """Programs that ran or waited for a core, on average over the minute before; None where the
    system does not count them."""

    def __str__(self) -> str:
        return f"{self.cores} cores, {self.system}, Python {self.python}"


def this_machine() -> Machine:
    """Return what this machine is, and how loaded it is now."""
    load = os.getloadavg()[0] if sys.platform != "win32" else None
    system = f"{platform.system()} {platform.machine()}"
    return Machine(os.cpu_count() or 1, system, platform.python_version(), load)


def time_pieces() -> list[float]:
    """Do the same piece of work several times; return the seconds that each took."""
    return [_time_piece() for _ in range(PIECES)]


def _time_piece() -> float:
    began = perf_counter()
    total = 0
    for number in range(_STEPS):
        total += number
    return perf_counter() - began


def disturbance(before: Sequence[float], after: Sequence[float]) -> str | None:
    """Say how much the machine was slowed while it measured, from the times of the same pieces.

    None when it was not: when neither before nor after the middle piece took much longer than
    the fastest of all.
    """
    fastest = min(*before, *after)
    slower = max(median(before), median(after)) / fastest - 1
    if slower <= SLOWED:
        return None
    what = f"a fixed piece of work took {100 * slower:.0f} % longer at one time than at another"
    return f"The machine was busy: {what}. {_AGAIN}"


def load_before(machine: Machine) -> str | None:
    """Say how loaded the machine was before anything was measured; None when it was not."""
    if machine.load is None or machine.load <= LOADED * machine.cores:
        return None
    what = f"the load average was {machine.load:.1f} on {machine.cores} cores"
    return f"Other programs were running before the start: {what}. {_AGAIN}"
