"""Run the benchmarks and print their tables: `python -m benchmarks [help run test ...]`."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from benchmarks.comparison import Row, Share
from tutor import display

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = {
    "help": "help_command",
    "run": "run_command",
    "test": "test_command",
    "diff": "diff_command",
    "login": "login_cost",
    "database": "database_sessions",
    "production": "production",
    "paging": "paging",
    "load": "through_nginx",
}


def main(wanted: list[str]) -> int:
    """Measure what is named (all of it when nothing is); return 1 when a worst is passed."""
    unknown = sorted(set(wanted) - NAMES.keys())
    if unknown:
        display.note(f"There is no benchmark {unknown[0]!r}: choose from {', '.join(NAMES)}.")
        return 2
    if sys.flags.dont_write_bytecode:
        display.note("Unset PYTHONDONTWRITEBYTECODE first: without bytecode every ratio is wrong.")
        return 2
    measured = [each for name in wanted or NAMES for each in _measure(name)]
    rows = [each for each in measured if isinstance(each, Row)]
    lines = [str(each) for each in measured if not isinstance(each, Row)]
    for line in [*(_table(rows) if rows else []), *lines, _machine()]:
        display.line(line)
    judged = [each for each in measured if not isinstance(each, str)]
    return int(any(each.verdict == "missed" for each in judged))


def _measure(name: str) -> Sequence[Row | Share | str]:
    """Return what a benchmark has measured: rows of the table, or lines of tables of its own."""
    display.note(f"Measuring {name} ...")
    measured: Sequence[Row | Share | str] = importlib.import_module(
        f"benchmarks.{NAMES[name]}"
    ).measure()
    return measured


def _table(rows: list[Row]) -> list[str]:
    """Return the table of the rows in Markdown, and an empty line."""
    return [
        "| what | beside | bare, s | ours, s | ratio | goal | worst | verdict |",
        "|---|---|--:|--:|--:|--:|--:|---|",
        *(
            f"| {row.name} | {row.bare} | {row.bare_seconds:.3f} | {row.our_seconds:.3f} "
            f"| {row.ratio:.2f} | {row.goal:.2f} | {row.worst:.2f} | {row.verdict} |"
            for row in rows
        ),
        "",
    ]


def _machine() -> str:
    """Return what the tables hold for."""
    names = ("fastapi", "uvicorn", "sqlalchemy", "pytest")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
