"""What differs between two texts: hunks of lines, with moved parts set apart from new ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.lesson_files import Cell

CONTEXT = 3
"""Lines shown around a change."""
_MANY_LINES = 3000
"""From here on the matcher may skip what is frequent, or it would take too long."""
_NEAR = 0.5
"""From this likeness on, two cells are the same one, changed."""


@dataclass(frozen=True)
class Line:
    """One line: `sign` is `+`, `-` or a blank; its number in the old and in the new file."""

    sign: str
    text: str
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True)
class Hunk:
    """Lines that belong together, or only a note about a part that moved."""

    lines: Sequence[Line]
    note: str = ""
    """What the lines are, when they are more than a stretch of the file."""

    @property
    def header(self) -> str:
        """Where the lines are, as a unified diff says it; nothing when there are none."""
        if not self.lines:
            return ""
        old = _span([line.old for line in self.lines if line.old is not None])
        new = _span([line.new for line in self.lines if line.new is not None])
        return f"@@ -{old} +{new} @@"

    def count(self, sign: str) -> int:
        """Return how many lines have the sign."""
        return sum(line.sign == sign for line in self.lines)


def _span(numbers: list[int]) -> str:
    return f"{numbers[0] if numbers else 0},{len(numbers)}"


@dataclass(frozen=True)
class Block:
    """A moved part of a file: its lines from `start` on, up to but without `end`, from 0."""

    start: int
    end: int
    note: str
    lines: Sequence[Line] = ()
    """What changed on the way, all lines of the part; empty when nothing did or where it left."""


@dataclass
class _Side:
    """One side of a comparison, in which each moved part is a single item."""

    texts: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    blocks: dict[int, Block] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Sequence[str], blocks: Sequence[Block], name: str) -> _Side:
        side, starts, place = cls(), {block.start: block for block in blocks}, 0
        while place < len(lines):
            block = starts.get(place)
            if block:
                side.blocks[len(side.texts)] = block
            # A line of a file holds no line end, so no line can be equal to a moved part.
            side.texts.append(f"\n{name} {place}" if block else lines[place])
            side.numbers.append(place + 1)
            place = block.end if block else place + 1
        return side


def hunks(
    old: Sequence[str],
    new: Sequence[str],
    left: Sequence[Block] = (),
    arrived: Sequence[Block] = (),
) -> list[Hunk]:
    """Return the hunks that lead from `old` to `new`.

    `left` are the parts of `old` that now stand in another file, `arrived` the parts of `new`
    that stood in another one: a note each, with the lines that changed on the way.
    """
    found: list[Hunk] = []
    lines: list[Line] = []
    for item in _walk(_Side.of(old, left, "old"), _Side.of(new, arrived, "new")):
        if isinstance(item, Line):
            lines.append(item)
            continue
        found += [*_cut(lines), *(_cut(item.lines, item.note) or [Hunk((), item.note)])]
        lines = []
    return found + _cut(lines)


def whole(old: Sequence[str], new: Sequence[str], first: tuple[int, int] = (1, 1)) -> list[Line]:
    """Return all lines of both texts as one; they start at the numbers `first`."""
    walked = _walk(_Side.of(old, (), ""), _Side.of(new, (), ""))
    return [
        Line(
            line.sign,
            line.text,
            line.old and line.old + first[0] - 1,
            line.new and line.new + first[1] - 1,
        )
        for line in walked
        if isinstance(line, Line)
    ]


def _walk(old: _Side, new: _Side) -> Iterator[Line | Block]:
    large = max(len(old.texts), len(new.texts)) > _MANY_LINES
    # Blank lines do not make a match by themselves: they are everywhere.
    matcher = SequenceMatcher(lambda text: not text.strip(), old.texts, new.texts, large)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield Line(" ", new.texts[j], old.numbers[i], new.numbers[j])
            continue
        for i in range(i1, i2):
            yield old.blocks.get(i) or Line("-", old.texts[i], old.numbers[i], None)
        for j in range(j1, j2):
            yield new.blocks.get(j) or Line("+", new.texts[j], None, new.numbers[j])


def _cut(lines: Sequence[Line], note: str = "") -> list[Hunk]:
    """Return what changed in `lines`, with some lines around it; the note goes with the first."""
    changed = (number for number, line in enumerate(lines) if line.sign != " ")
    near = {n for at in changed for n in range(at - CONTEXT, at + CONTEXT + 1)}
    shown = sorted(near.intersection(range(len(lines))))
    found: list[Hunk] = []
    for _, group in groupby(enumerate(shown), key=lambda pair: pair[1] - pair[0]):
        found.append(Hunk([lines[number] for _, number in group], "" if found else note))
    return found


def likeness(old: str, new: str, least: float) -> float:
    """Return how alike two texts are, from 0 to 1; 0 when it is less than `least`."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    # Both are upper bounds, and cheap.
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < least:
        return 0.0
    return ratio if (ratio := matcher.ratio()) >= least else 0.0


def cell_hunks(old: Sequence[Cell], new: Sequence[Cell]) -> list[Hunk]:
    """Return what differs between two notebooks, cell by cell, each with its source."""
    found: list[Hunk] = []
    for i, j in _paired(old, new):
        before, after = (None if i is None else old[i]), (None if j is None else new[j])
        if before and after and before.same_as(after):
            continue
        what = "changed" if before and after else "new" if after else "removed"
        kinds = dict.fromkeys(cell.kind for cell in (before, after) if cell)
        number = (i if j is None else j) or 0
        note = f"Cell {number + 1} ({' → '.join(kinds)}): {what}"
        lines = whole(before.lines if before else (), after.lines if after else ())
        found += _cut(lines, note) or [Hunk((), note)]
    return found


def _paired(old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the places of cells that are the same one, perhaps changed, and of lone ones."""
    shared = {cell.identity for cell in old} & {cell.identity for cell in new} - {""}
    keys: list[list[object]] = [
        [cell.identity if cell.identity in shared else (cell.kind, cell.lines) for cell in cells]
        for cells in (old, new)
    ]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            yield from _nearly_paired(old, new, list(range(i1, i2)), range(j1, j2))


def _nearly_paired(
    old: Sequence[Cell], new: Sequence[Cell], waiting: list[int], places: range
) -> Iterator[tuple[int | None, int | None]]:
    for j in places:
        near = next((n for n, i in enumerate(waiting) if _is_near(old[i], new[j])), None)
        if near is None:
            yield None, j
            continue
        yield from ((i, None) for i in waiting[:near])
        yield waiting[near], j
        del waiting[: near + 1]
    yield from ((i, None) for i in waiting)


def _is_near(old: Cell, new: Cell) -> bool:
    if old.kind != new.kind:
        return False
    return likeness("\n".join(old.lines), "\n".join(new.lines), _NEAR) > 0
