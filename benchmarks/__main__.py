"""Run the benchmarks and print one table: `python -m benchmarks [help run test diff login]`."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from tutor import display

if TYPE_CHECKING:
    from benchmarks.comparison import Row

NAMES = {
    "help": "help_command",
    "run": "run_command",
    "test": "test_command",
    "diff": "diff_command",
    "login": "login_cost",
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
    rows: list[Row] = []
    for name in wanted or NAMES:
        display.note(f"Measuring {name} ...")
        rows += importlib.import_module(f"benchmarks.{NAMES[name]}").measure()
    for line in _table(rows):
        display.line(line)
    return int(any(row.verdict == "missed" for row in rows))


def _table(rows: list[Row]) -> list[str]:
    """Return the table in Markdown, with the machine it holds for."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("fastapi", "uvicorn", "pytest"))
    return [
        "| what | beside | bare, s | ours, s | ratio | goal | worst | verdict |",
        "|---|---|--:|--:|--:|--:|--:|---|",
        *(
            f"| {row.name} | {row.bare} | {row.bare_seconds:.3f} | {row.our_seconds:.3f} "
            f"| {row.ratio:.2f} | {row.goal:.2f} | {row.worst:.2f} | {row.verdict} |"
            for row in rows
        ),
        "",
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}.",
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
