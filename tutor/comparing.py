"""What changed between two lessons, file by file, and why: nothing is shown here, all is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tutor import reasons
from tutor.catalog import CARD
from tutor.comparing_lines import Hunk, cell_hunks, hunks
from tutor.comparing_moves import Move, moves, renamed
from tutor.errors import MisuseError
from tutor.lesson_files import LessonFile, files_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.catalog import Catalog, Lesson

TEXTS = ("README.md", "walkthrough.ipynb")
"""What a lesson says about itself: shown when it is asked for by name."""


@dataclass
class FileChange:
    """What became of one file."""

    name: str
    was: str
    """Its name in the older lesson; another one when it moved."""
    status: str
    """`added`, `removed`, `changed` or `moved`."""
    whys: list[reasons.Why] = field(default_factory=list)
    hunks: list[Hunk] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What lines cannot show: sizes, line ends, encodings."""
    arrived: list[Move] = field(default_factory=list)
    left: list[Move] = field(default_factory=list)

    def count(self, sign: str) -> int:
        """Return how many lines were added (`+`) or removed (`-`)."""
        return sum(hunk.count(sign) for hunk in self.hunks)


@dataclass
class Comparison:
    """What changed from the lesson `old` to the lesson `new`."""

    old: Lesson
    new: Lesson
    files: list[FileChange]
    ideas: list[str]
    gone_ideas: list[str]
    dependencies: list[reasons.Requirement]
    way: list[Lesson]
    """The stages whose cards speak about this change, in their order; none beside stages."""
    tests_left_out: int = 0
    texts_left_out: list[str] = field(default_factory=list)
    same_files: list[str] = field(default_factory=list)
    """Files that were asked for and are the same in both."""

    @property
    def backward(self) -> bool:
        """Whether the stages are compared against their order."""
        return bool(self.way) and self.way[-1] == self.old

    @property
    def is_same_lesson(self) -> bool:
        """Whether both sides are one lesson."""
        return self.old == self.new


def compare(
    old: Lesson, new: Lesson, catalog: Catalog, *, wanted: Sequence[str] = (), tests: bool = False
) -> Comparison:
    """Return what changed from `old` to `new`; tests only when they are asked for.

    `wanted` are names or patterns of files, which then are all that is compared. Raises
    MisuseError when one names no file, TutorError when a card or project cannot be read.
    """
    cards = reasons.facts_on_the_way(old, new, catalog)
    found = Comparison(
        old=old,
        new=new,
        files=[],
        ideas=[],
        gone_ideas=[],
        dependencies=reasons.dependencies(old, new),
        way=reasons.between(old, new, catalog),
    )
    if old != new:
        ideas = [idea for card in cards or [reasons.read_facts(new)] for idea in card.ideas]
        (found.gone_ideas if found.backward else found.ideas).extend(ideas)
    before, after = files_of(old, new)
    changed = _changed(before, after)
    chosen = _chosen(found, wanted, sorted(before.keys() | after.keys()), changed)
    if not wanted:
        found.tests_left_out = 0 if tests else sum(is_test(name) for name in changed)
        found.texts_left_out = [name for name in changed if name in TEXTS]
        chosen = {n for n in changed if n not in TEXTS and (tests or not is_test(n))}
    found.files = _Files(found, before, after, cards).changes(chosen)
    return found


def is_test(name: str) -> bool:
    """Return whether a file of a lesson belongs to its tests."""
    path = PurePosixPath(name)
    return "tests" in path.parts[:-1] or path.name == "conftest.py" or path.match("test_*.py")


def _changed(old: Mapping[str, LessonFile], new: Mapping[str, LessonFile]) -> list[str]:
    """Return the names of the files that are not byte for byte the same in both."""
    return [
        name
        for name in sorted(old.keys() | new.keys())
        if not (name in old and name in new and old[name].content == new[name].content)
    ]


def _chosen(
    found: Comparison, wanted: Sequence[str], names: list[str], changed: list[str]
) -> set[str]:
    """Return the changed files that `wanted` names, and note those that are the same in both."""
    chosen: set[str] = set()
    for word in wanted:
        pattern = word.replace("\\", "/").removeprefix("./")
        for lesson in (found.old, found.new):
            pattern = pattern.removeprefix(f"{lesson.path}/")
        matching = (
            [name for name in names if name == pattern]
            or [name for name in names if name.startswith(f"{pattern.rstrip('/')}/")]
            or [name for name in names if _fits(name, pattern)]
        )
        if not matching:
            raise _unknown(word, pattern, found, names)
        chosen.update(matching)
    found.same_files = sorted(chosen.difference(changed))
    return chosen.intersection(changed)


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or (pattern != "" and PurePosixPath(name).match(pattern))


def _unknown(word: str, wanted: str, found: Comparison, names: list[str]) -> MisuseError:
    from difflib import get_close_matches

    command = f"tutor_cli diff {found.old.number} {found.new.number} --stat"
    if wanted == CARD:
        return MisuseError(
            f"{CARD} is a lesson's card: it is not compared.",
            f"`{command}` shows what it says: the new ideas, and why each file differs.",
        )
    near = get_close_matches(wanted, names, n=3, cutoff=0.5)
    near += [n for n in names if PurePosixPath(n).stem == PurePosixPath(wanted).stem]
    likely = list(dict.fromkeys(near))[:3]
    return MisuseError(
        f"Neither lesson has a file {word!r}.",
        f"Did you mean {' or '.join(likely)}?" if likely else f"`{command}` shows what differs.",
    )


class _Files:
    """The files of both lessons, and what moved between them."""

    def __init__(
        self,
        found: Comparison,
        old: Mapping[str, LessonFile],
        new: Mapping[str, LessonFile],
        cards: Sequence[reasons.CardFacts],
    ) -> None:
        self.found = found
        self.old = old
        self.new = new
        self.cards = cards

    def changes(self, chosen: set[str]) -> list[FileChange]:
        """Return what became of the files `chosen`, by their new or old name."""
        found: list[FileChange] = []
        for tests in (False, True):
            if not any(is_test(name) == tests for name in chosen):
                continue
            # What moves, moves among the tests or among the rest: the other part can be left out.
            old = {name: file for name, file in self.old.items() if is_test(name) == tests}
            new = {name: file for name, file in self.new.items() if is_test(name) == tests}
            names = renamed(old, new)
            moved = moves(old, new, names)
            for name in sorted({*old, *new} & chosen):
                if name not in names.values():
                    found.append(self._change(names.get(name, name), name, moved))
                elif (now := next(n for n, was in names.items() if was == name)) not in chosen:
                    found.append(self._change(name, now, moved))
        return found

    def _change(self, was: str, name: str, moved: list[Move]) -> FileChange:
        old, new = self.old.get(was), self.new.get(name)
        status = "added" if old is None else "removed" if new is None else "changed"
        change = FileChange(name, was, status if was == name else "moved")
        change.left = [move for move in moved if old and move.source == was]
        change.arrived = [move for move in moved if new and move.target == name]
        names = (was, name) if self.found.backward else (name, was)
        change.whys = reasons.whys(names, self.cards)
        self._fill(change, old, new)
        return change

    def _fill(self, change: FileChange, old: LessonFile | None, new: LessonFile | None) -> None:
        sides = [side for side in (old, new) if side]
        if not all(side.is_text for side in sides):
            sizes = " → ".join(f"{side.size:,} bytes" for side in sides)
            kind = "A binary file" if any(side.is_binary for side in sides) else "A large file"
            change.notes.append(f"{kind}, {sizes}: its lines are not compared.")
            return
        change.notes += _notes(old, new)
        was, now = (side.lines if side else [] for side in (old, new))
        cells = [side.cells for side in sides]
        if all(each is not None for each in cells):
            change.hunks = cell_hunks((old and old.cells) or (), (new and new.cells) or ())
        else:
            left = [move.left for move in change.left]
            change.hunks = hunks(was, now, left, [move.arrived for move in change.arrived])
        if self.cards and not change.whys:
            sentence = reasons.only_the_version(was, now, (self.found.old, self.found.new))
            change.whys = [reasons.Why("", sentence)] if sentence else []


def _notes(old: LessonFile | None, new: LessonFile | None) -> list[str]:
    """Return what is worth knowing about two texts beside their lines."""
    notes: list[str] = []
    sides = [side for side in (old, new) if side]
    for side in sides:
        if side.name.endswith(".ipynb") and side.cells is None:
            notes.append("A notebook that cannot be read: compared as text.")
        if side.encoding == "latin-1":
            notes.append("Not valid UTF-8: read as Latin-1.")
        if side.name.endswith(".py") and isinstance(side.module, SyntaxError):
            notes.append(
                f"{side.name} cannot be parsed (line {side.module.lineno or 1}), "
                f"so what moved in it is shown as {'new' if side is new else 'removed'}."
            )
    if not any(side.size for side in sides):
        notes.append("An empty file.")
    if old and new and old.size and new.size:
        notes += _end_notes(old, new)
    return list(dict.fromkeys(notes))


def _end_notes(old: LessonFile, new: LessonFile) -> list[str]:
    ends = [side.text.endswith("\n") for side in (old, new)]
    pairs = {
        "Line ends": (old.line_end, new.line_end),
        "Encoding": (old.encoding, new.encoding),
        "Line end after the last line": tuple("yes" if end else "no" for end in ends),
    }
    return [f"{what}: {was} → {now}." for what, (was, now) in pairs.items() if was != now]
