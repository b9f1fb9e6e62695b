"""`tutor_cli diff` of two stages in all, against the seconds that a person does not notice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.comparison import within

if TYPE_CHECKING:
    from benchmarks.comparison import Row

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ("02", "03")


def measure() -> list[Row]:
    """Return how long a comparison takes from its start to its end, in seconds of wall time."""
    return [
        within("tutor_cli diff 02 03", lambda: _seconds(), limit=0.25),
        within("tutor_cli diff --api 02 03", lambda: _seconds("--api"), limit=0.8),
    ]


def _seconds(*options: str) -> float:
    environment = os.environ | {"TUTOR_ENVIRONMENT_READY": "1"}
    command = [sys.executable, str(ROOT / "tutor_cli.py"), "diff", *LESSONS, *options]
    started = time.perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=True)
    return time.perf_counter() - started
