"""Find the lessons, and tell which one a person means by "5", "05", "auth" or a path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import MisuseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.card import Card

ROOT = Path(__file__).resolve().parent.parent
CARD = "lesson.toml"
GROUPS = {"stages": "stage", "examples": "example"}
_FOLDER = re.compile(r"(?P<number>\d\d)_(?P<slug>[a-z0-9_]+)")


@dataclass(frozen=True)
class Lesson:
    """One folder with a course card: a stage or an example."""

    folder: Path
    kind: str
    number: str
    slug: str

    @property
    def name(self) -> str:
        """The folder's name, which names the lesson everywhere: `05_auth`."""
        return self.folder.name

    @property
    def path(self) -> str:
        """The folder from the root of the checkout, with forward slashes: `stages/05_auth`."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @cached_property
    def card(self) -> Card:
        """The lesson's course card; raise TutorError when it cannot be read."""
        from tutor.card import read_card  # pydantic is heavy; naming a lesson does not need it

        return read_card(self.folder / CARD)


class Catalog:
    """The lessons below one checkout, in the order of their numbers."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root

    @property
    def state(self) -> Path:
        """The folder for everything the tool writes: keys, databases, logs."""
        return self.root / ".tutor"

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """Every folder that has a course card, ordered by number."""
        found = (
            Lesson(card.parent, kind, match["number"], match["slug"])
            for group, kind in GROUPS.items()
            for card in (self.root / group).glob(f"*/{CARD}")
            if (match := _FOLDER.fullmatch(card.parent.name))
        )
        return tuple(sorted(found, key=lambda lesson: lesson.name))

    @property
    def stages(self) -> tuple[Lesson, ...]:
        """The stages, first to last."""
        return tuple(lesson for lesson in self.lessons if lesson.kind == "stage")

    def before(self, lesson: Lesson) -> Lesson | None:
        """Return the stage that `lesson` grew out of, or None for the first and for examples."""
        stages = self.stages
        place = stages.index(lesson) if lesson in stages else 0
        return stages[place - 1] if place else None

    def find(self, wanted: str) -> Lesson:
        """Return the lesson that `wanted` names, by number, name, word of its name, or path.

        Raises MisuseError when it names none or more than one; the way out names the nearest.
        """
        candidates = self._matches(wanted)
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            names = ", ".join(lesson.name for lesson in candidates)
            raise MisuseError(f"{wanted!r} could be any of: {names}.", "Name one by its number.")
        raise MisuseError(f"There is no lesson {wanted!r}.", self._nearest(wanted))

    def find_all(self, wanted: Sequence[str]) -> list[Lesson]:
        """Return the lessons that the words name, each once; all of them when there are no words.

        Raises MisuseError as `find` does, and when there are no lessons at all.
        """
        found = list(dict.fromkeys(self.find(word) for word in wanted)) or list(self.lessons)
        if not found:
            raise MisuseError("There are no lessons here.", self._nearest(""))
        return found

    def _matches(self, wanted: str) -> list[Lesson]:
        word = wanted.strip().replace("\\", "/").rstrip("/").lower()
        if word.isascii() and word.isdigit():
            number = word.lstrip("0").rjust(2, "0")
            return [lesson for lesson in self.lessons if lesson.number == number]
        exact = [x for x in self.lessons if word in (x.name, x.slug, x.path)]
        return exact or self._by_path(wanted) or self._by_word(word)

    def _by_path(self, wanted: str) -> list[Lesson]:
        if not wanted.strip() or "\0" in wanted:
            return []
        place = Path(wanted).resolve()
        return [x for x in self.lessons if place.is_relative_to(x.folder.resolve())]

    def _by_word(self, word: str) -> list[Lesson]:
        return [x for x in self.lessons if word and word in x.slug.split("_")]

    def _nearest(self, wanted: str) -> str:
        if not self.lessons:
            return f"No lesson was found below {self.root}: run the command from a full checkout."
        found = self._near_numbers(wanted) or self._near_words(wanted.lower())
        if not found:
            return "See all of them with: tutor_cli list"
        return f"Did you mean {' or '.join(found)}? See all of them with: tutor_cli list"

    def _near_numbers(self, wanted: str) -> list[str]:
        if not (wanted.isascii() and wanted.isdigit()):
            return []
        by_distance = sorted(self.lessons, key=lambda x: abs(int(x.number) - int(wanted)))
        return [lesson.name for lesson in by_distance[:2]]

    def _near_words(self, wanted: str) -> list[str]:
        from difflib import get_close_matches

        spoken: dict[str, list[str]] = {}
        for lesson in self.lessons:
            for word in {lesson.name, lesson.slug, *lesson.slug.split("_")}:
                spoken.setdefault(word, []).append(lesson.name)
        near = get_close_matches(wanted, spoken, n=3, cutoff=0.6)
        return list(dict.fromkeys(name for word in near for name in spoken[word]))[:3]
