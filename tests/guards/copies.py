"""A stage repeats the stage before: what differs is named in its card, with the reason."""

from __future__ import annotations

import tomllib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tests.guards.code import files_of, read, without_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.catalog import Catalog, Lesson

_OWN = frozenset({"lesson.toml", "README.md", "walkthrough.ipynb", "tests/openapi.json"})
_PROJECT = "pyproject.toml"


def unexplained_changes(catalog: Catalog) -> list[str]:
    """Find files that differ from the stage before and are not in `changes`, or the reverse."""
    faults: list[str] = []
    for lesson in catalog.lessons:
        before = catalog.before(lesson)
        if before:
            faults += _differences(before, lesson)
        elif lesson.card.changes:
            faults.append(f"{lesson.path}: no stage comes before it, so `changes` has to be empty.")
    return faults


def _differences(before: Lesson, stage: Lesson) -> Iterator[str]:
    old, new, named = set(files_of(before)), set(files_of(stage)), stage.card.changes
    # A file that moved to another folder is named once: by where it is now.
    moved = {PurePosixPath(name).name for name in new - old}
    for name in sorted(old | new):
        if name in old - new and name not in named and PurePosixPath(name).name in moved:
            continue
        present = (name in old, name in new)
        if name not in named and name not in _OWN and not _alike(name, present, before, stage):
            yield f"{stage.path}: {name} differs from {before.name}; `changes` does not say why."
    for name in sorted(named):
        if name not in old | new:
            yield f"{stage.path}: `changes` names {name}, which is in neither stage."
        elif name in old & new and _same_bytes(name, before, stage):
            yield f"{stage.path}: `changes` names {name}, which is the same in {before.name}."


def _same_bytes(name: str, before: Lesson, stage: Lesson) -> bool:
    return (before.folder / name).read_bytes() == (stage.folder / name).read_bytes()


def _alike(name: str, present: tuple[bool, bool], before: Lesson, stage: Lesson) -> bool:
    if not all(present):
        return False
    old, new = read(before.folder / name), read(stage.folder / name)
    if name == _PROJECT:
        return _settings(old) == _settings(new)
    return without_version(old, before) == without_version(new, stage)


def _settings(text: str) -> dict[str, Any]:
    settings = tomllib.loads(text)
    for key in ("name", "version", "dependencies"):
        settings.get("project", {}).pop(key, None)
    settings.pop("dependency-groups", None)
    return settings
