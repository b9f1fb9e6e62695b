"""A comparison of two APIs as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.comparison_text import COLORS, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.comparing_api import ApiComparison
    from tutor.comparing_schemas import Change
    from tutor.comparison_text import Row

_MARKS = {True: ("breaking  ", COLORS["-"]), False: ("compatible", COLORS["+"])}


def api_summary(found: ApiComparison) -> str:
    """Return the counts in one sentence."""
    if not (found.breaking or found.compatible):
        return "For a client the two APIs are the same."
    added = "1 operation" if len(found.added) == 1 else f"{len(found.added)} operations"
    breaking = "1 breaking change" if found.breaking == 1 else f"{found.breaking} breaking changes"
    return (
        f"{added} added, {len(found.removed)} removed, "
        f"{len(found.changed)} changed; {breaking}, "
        f"{found.compatible} compatible."
    )


def grouped(found: ApiComparison) -> list[tuple[list[str], Sequence[Change]]]:
    """Return the changes with the operations that share them, so that each is said once."""
    operations: dict[Change, list[str]] = {}
    for each in found.changed:
        for change in each.changes:
            operations.setdefault(change, []).append(each.operation)
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change, names in operations.items():
        groups.setdefault(tuple(names), []).append(change)
    return [(list(names), changes) for names, changes in groups.items()]


def api(found: ApiComparison, width: int) -> Iterator[Row]:
    """Yield what changed in the API, operation by operation, each marked by its verdict."""
    yield []
    yield [("API", "bold")]
    for sentence in (api_summary(found), *found.notes):
        yield from wrapped(sentence, width)
    for names, what, breaks in ((found.removed, "removed", True), (found.added, "added", False)):
        if names:
            yield []
        for name in names:
            yield [_MARKS[breaks], (f"  {name}: operation {what}", "")]
    for operations, changes in grouped(found):
        yield []
        yield from wrapped(", ".join(operations), width, "bold")
        for change in changes:
            mark, style = _MARKS[change.breaking]
            lines = list(wrapped(f"{change.where}: {change.what}", width - 12))
            for n, row in enumerate(lines):
                yield [(mark if n == 0 else " " * len(mark), style), ("  ", ""), *row]
