"""Why a lesson differs from another: what the cards and projects say, read as plain TOML.

The cards are not checked here against their model: that takes as long as the comparison.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tutor.catalog import CARD
from tutor.comparing_moves import renamed
from tutor.errors import TutorError
from tutor.lesson_files import files_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


@dataclass(frozen=True)
class CardFacts:
    """What a card says about changes: the ideas that are new, and why each file differs."""

    lesson: str
    ideas: list[str]
    changes: dict[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The files that had another name in the stage before: the new name, and that one."""


def facts_on_the_way(old: Lesson, new: Lesson, catalog: Catalog) -> list[CardFacts]:
    """Return what the cards of all stages from one to another say, in their order.

    A card that is silent about changed dependencies gets a sentence about them. Raises TutorError
    when a card or project cannot be read.
    """
    way = between(old, new, catalog)
    if not way:
        return []
    stages = [catalog.stages[catalog.stages.index(way[0]) - 1], *way]
    # Between neighbors the comparison itself finds what was renamed.
    files = files_of(*stages) if len(way) > 1 else []
    renames = [renamed(*pair) for pair in pairwise(files)] or [{}]
    found = []
    for (before, stage), names in zip(pairwise(stages), renames, strict=True):
        facts = read_facts(stage)
        needs = "" if PROJECT in facts.changes else _needs(dependencies(before, stage))
        changes = facts.changes | ({PROJECT: needs} if needs else {})
        found.append(replace(facts, changes=changes, renamed=names))
    return found


def _needs(differences: Sequence[Requirement]) -> str:
    said = {
        "Needs": [each.new for each in differences if each.new],
        "No longer needs": [each.old for each in differences if not each.new],
    }
    return " ".join(f"{verb} {', '.join(names)}." for verb, names in said.items() if names)


def read_facts(lesson: Lesson) -> CardFacts:
    """Return what a lesson's card says; raise TutorError when it cannot be read."""
    try:
        card = tomllib.loads((lesson.folder / CARD).read_text(encoding="utf-8"))
        return CardFacts(
            lesson.name,
            [str(idea["idea"]) for idea in card.get("introduces", [])],
            {str(name): str(text) for name, text in card.get("changes", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _ = lesson.card  # says what is wrong with it, and where
        raise TutorError(f"{lesson.path}/{CARD} cannot be read.") from error


def whys(names: Sequence[str], cards: Sequence[CardFacts]) -> list[Why]:
    """Return what the cards say about a file that has the first of `names`, and had the others.

    A card is asked for the name that the file had then: it is followed through its renames.
    """
    found: list[Why] = []
    name = names[0]
    for card in reversed(cards):
        before = card.renamed.get(name, name)
        known = next((each for each in (name, before, *names) if each in card.changes), None)
        if known:
            found.append(Why(card.lesson, card.changes[known]))
        name = before
    if found:
        return found[::-1]
    return [Why("", _BY_CONVENTION[name]) for name in names if name in _BY_CONVENTION][:1]


def dependencies(old: Lesson, new: Lesson) -> list[Requirement]:
    """Return the dependencies that differ between two projects, also those of their groups.

    Raises TutorError when a project cannot be read; one that is not there needs nothing.
    """
    before, after = _groups(old), _groups(new)
    return [
        difference
        for group in dict.fromkeys([*before, *after])
        if before.get(group) != after.get(group)
        for difference in _differences(group, before.get(group, []), after.get(group, []))
    ]


def _differences(group: str, old: list[str], new: list[str]) -> list[Requirement]:
    was, now = ({_name(text): text for text in texts} for texts in (old, new))
    return [
        Requirement(name, was.get(name, ""), now.get(name, ""), group)
        for name in sorted(was | now)
        if was.get(name) != now.get(name)
    ]


def _groups(lesson: Lesson) -> dict[str, list[str]]:
    """Return the requirements of a project as they are written, by group."""
    project = read_project(lesson)
    main = project.get("project", {})
    groups = {
        "": main.get("dependencies", []),
        **main.get("optional-dependencies", {}),
        **project.get("dependency-groups", {}),
    }
    # A group may also include another one, as a table.
    return {
        name: [text for text in texts if isinstance(text, str)] for name, texts in groups.items()
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
