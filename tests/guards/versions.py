"""Each lesson says which one it is: a stage by its version, an example by its name."""

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


def wrong_projects(catalog: Catalog) -> list[str]:
    """Find examples whose project is not called `example-NN-…` after its folder, version 1.0.0."""
    faults: list[str] = []
    for lesson in catalog.lessons:
        path = lesson.folder / "pyproject.toml"
        if lesson.kind == "example" and path.exists():
            project = tomllib.loads(read(path)).get("project", {})
            wanted = {"name": f"example-{lesson.name.replace('_', '-')}", "version": "1.0.0"}
            faults += [
                f"{lesson.path}/{path.name}: the {key} is {project.get(key)}, not {value}."
                for key, value in wanted.items()
                if project.get(key) != value
            ]
    return faults


def _wrong(stage: Lesson) -> Iterator[str]:
    for name, parse, table in _PLACES:
        path = stage.folder / name
        if not path.exists():
            yield f"{stage.path}: {name} is missing."
            continue
        found = parse(read(path))[table]["version"]
        if found != version_of(stage):
            yield f"{stage.path}/{name}: the version is {found}, not {version_of(stage)}."
