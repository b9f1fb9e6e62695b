"""Why a lesson differs from another: what the cards and projects say, read as plain TOML.

The cards are not checked here against their model: loading it takes longer than a comparison.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.catalog import CARD
from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.catalog import Catalog, Lesson

PROJECT = "pyproject.toml"
_BY_CONVENTION = {
    PROJECT: "Each lesson has a name, a version and dependencies of its own.",
    "README.md": "Each lesson has a text of its own.",
    "walkthrough.ipynb": "Each lesson has a walkthrough of its own.",
    "tests/openapi.json": "The schema as the app of each lesson writes it.",
}


@dataclass(frozen=True)
class Why:
    """A reason for a change: the lesson whose card gives it, or nothing for a convention."""

    lesson: str
    text: str


@dataclass(frozen=True)
class Requirement:
    """A dependency that was added, removed or changed, as both projects write it."""

    name: str
    old: str
    new: str
    group: str = ""


def between(old: Lesson, new: Lesson, catalog: Catalog) -> list[Lesson]:
    """Return the stages after the earlier of two stages, up to the later; none for examples."""
    stages = catalog.stages
    if old not in stages or new not in stages:
        return []
    first, last = sorted((stages.index(old), stages.index(new)))
    return list(stages[first + 1 : last + 1])


def ideas(lessons: Iterable[Lesson]) -> list[str]:
    """Return the ideas that the lessons introduce, in their order."""
    return [idea for lesson in lessons for idea in _read(lesson)[0]]


def whys(names: Iterable[str], lessons: Iterable[Lesson]) -> list[Why]:
    """Return what the cards of `lessons` say about a file that has, or had, these names."""
    known = list(dict.fromkeys(names))
    found = [
        Why(lesson.name, text)
        for lesson in lessons
        for text in dict.fromkeys(_read(lesson)[1].get(name, "") for name in known)
        if text
    ]
    if found:
        return found
    return [Why("", _BY_CONVENTION[name]) for name in known if name in _BY_CONVENTION][:1]


def _read(lesson: Lesson) -> tuple[list[str], dict[str, str]]:
    """Return the ideas and changes of a card; raise TutorError when it cannot be read."""
    try:
        card = tomllib.loads((lesson.folder / CARD).read_text(encoding="utf-8"))
        changes = card.get("changes", {})
        return (
            [str(idea["idea"]) for idea in card.get("introduces", [])],
            {str(name): str(text) for name, text in changes.items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _ = lesson.card  # says what is wrong with it, and where
        raise TutorError(f"{lesson.path}/{CARD} cannot be read.") from error


def dependencies(old: Lesson, new: Lesson) -> list[Requirement]:
    """Return the dependencies that differ between two projects, also those of their groups.

    Raises TutorError when a project cannot be read; one that is not there needs nothing.
    """
    before, after = _requirements(old), _requirements(new)
    return [
        Requirement(name, before.get((group, name), ""), after.get((group, name), ""), group)
        for group, name in sorted(before | after)
        if before.get((group, name)) != after.get((group, name))
    ]


def _requirements(lesson: Lesson) -> dict[tuple[str, str], str]:
    """Return each requirement of a project as it is written, by group and canonical name."""
    project = read_project(lesson)
    main = project.get("project", {})
    groups = {
        "": main.get("dependencies", []),
        **main.get("optional-dependencies", {}),
        **project.get("dependency-groups", {}),
    }
    return {
        (group, _name(text)): text
        for group, texts in groups.items()
        for text in texts
        if isinstance(text, str)  # a group may also include another one, as a table
    }


def _name(requirement: str) -> str:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        return canonicalize_name(Requirement(requirement).name)
    except InvalidRequirement:
        return requirement


def read_project(lesson: Lesson) -> dict[str, Any]:
    """Return a lesson's `pyproject.toml`; raise TutorError when it is not valid TOML."""
    path = lesson.folder / PROJECT
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise TutorError(f"{lesson.path}/{PROJECT} cannot be read: {error}.") from error


def only_the_version(old: Sequence[str], new: Sequence[str], lessons: tuple[Lesson, Lesson]) -> str:
    """Return a sentence when two texts differ by their lesson's version alone, else nothing."""
    versions = [read_project(lesson).get("project", {}).get("version") for lesson in lessons]
    plain = [
        [line.replace(f'"{version}"', '""') for line in lines] if version else lines
        for lines, version in zip((old, new), versions, strict=True)
    ]
    return "Only the version differs." if plain[0] == plain[1] and old != new else ""
