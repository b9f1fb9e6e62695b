"""What a person sees: lines, tables, panels, progress. The only file that prints."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.errors import TutorError


def line(text: str = "") -> None:
    """Print one line of the answer, at once even into a pipe."""
    print(text, flush=True)


def note(text: str) -> None:
    """Print one line about what is happening; it goes to standard error."""
    print(text, file=sys.stderr, flush=True)


def failure(error: TutorError) -> None:
    """Print what went wrong and the way out, to standard error."""
    note(f"Error: {error.what}")
    if error.way_out:
        note(error.way_out)
