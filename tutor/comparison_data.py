"""A comparison as plain data, for `--json`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.comparing import Comparison, FileChange
    from tutor.comparing_api import ApiComparison
    from tutor.comparing_lines import Hunk
    from tutor.comparing_moves import Move
    from tutor.errors import TutorError


def as_data(found: Comparison) -> dict[str, Any]:
    """Return all of a comparison as dicts, lists, strings and numbers."""
    states = [change.status for change in found.files]
    return {
        "old": found.old.path,
        "new": found.new.path,
        "same_lesson": found.is_same_lesson,
        "backward": found.backward,
        "summary": {
            **{state: states.count(state) for state in ("changed", "added", "removed", "moved")},
            "lines_added": sum(change.count("+") for change in found.files),
            "lines_removed": sum(change.count("-") for change in found.files),
        },
        "new_ideas": found.ideas,
        "ideas_left_behind": found.gone_ideas,
        "dependencies": [asdict(each) for each in found.dependencies],
        "files": [_file(change) for change in found.files],
        "same_files": found.same_files,
        "tests_left_out": found.tests_left_out,
        "texts_left_out": found.texts_left_out,
    }


def _file(change: FileChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "was": change.was,
        "status": change.status,
        "whys": [asdict(why) for why in change.whys],
        "notes": change.notes,
        "lines_added": change.count("+"),
        "lines_removed": change.count("-"),
        "moved_here": _moves(change.arrived),
        "moved_away": _moves(change.left),
        "hunks": [_hunk(hunk) for hunk in change.hunks],
    }


def _moves(moves: Iterable[Move]) -> list[dict[str, Any]]:
    return [
        {key: getattr(move, key) for key in ("name", "source", "target", "changed")}
        for move in moves
    ]


def _hunk(hunk: Hunk) -> dict[str, Any]:
    return {
        "header": hunk.header,
        "note": hunk.note,
        "lines": [asdict(line) for line in hunk.lines],
    }


def api_data(found: ApiComparison | None, problem: TutorError | None) -> dict[str, Any]:
    """Return a comparison of two APIs as dicts, lists, strings and numbers.

    The keys are always the same; the counts are null when a problem left nothing to count.
    """
    from tutor.comparing_api import ApiComparison

    said = " ".join(filter(None, (problem.what, problem.way_out))) if problem else None
    found = found or ApiComparison((), (), ())
    return {
        "problem": said,
        "breaking": None if problem else found.breaking,
        "compatible": None if problem else found.compatible,
        "added": list(found.added),
        "removed": list(found.removed),
        "changed": [asdict(each) for each in found.changed],
        "notes": list(found.notes),
    }
