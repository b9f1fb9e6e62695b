"""The order of the test files: those that take longest come first.

Run by several processes at once, a long file that starts late is waited for by all the others.
Only the time that a run takes depends on this order: a name that is missing costs some of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

LONGEST = (
    "readmes",
    "fuzzing",
    "installing",
    "notebooks",
    "traps",
    "guards_steps",
    "testing",
    "running",
    "portable",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, and leave all else in its order."""
    places = {f"test_{name}": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))
