"""Each stage's app says which stage it is."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from tests.guards.code import read, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.catalog import Catalog, Lesson

_PLACES: tuple[tuple[str, Callable[[str], Any], str], ...] = (
    ("tests/openapi.json", json.loads, "info"),
    ("pyproject.toml", tomllib.loads, "project"),
)


def wrong_versions(catalog: Catalog) -> list[str]:
    """Find stages whose schema snapshot or project bears another version than 0.N.0 (08: 1.0.0)."""
    return [fault for stage in catalog.stages for fault in _wrong(stage)]


def _wrong(stage: Lesson) -> Iterator[str]:
    for name, parse, table in _PLACES:
        path = stage.folder / name
        if not path.exists():
            yield f"{stage.path}: {name} is missing."
            continue
        found = parse(read(path))[table]["version"]
        if found != version_of(stage):
            yield f"{stage.path}/{name}: the version is {found}, not {version_of(stage)}."
