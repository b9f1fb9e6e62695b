"""A comparison as lines for a terminal: each a list of pieces of text with their style."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from tutor.catalog import CARD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.comparing import Comparison, FileChange
    from tutor.comparing_lines import Hunk, Line
    from tutor.reasons import Requirement, Why

Piece = tuple[str, str]
"""Some text and its style, in the words of rich."""
Row = list[Piece]

SIDE_BY_SIDE = 100
"""The narrowest terminal, in columns, in which two files fit beside each other."""
ROOMY = 160
"""The columns for two files beside each other where nothing says how wide the answer may be."""
SAME_LESSON = "Both are the same lesson, so nothing differs."
_CONTINUED = "  ↪ "
_STATES = ("changed", "added", "removed", "moved")
COLORS = {"+": "bright_blue", "-": "red"}
"""Blue and red, which people who cannot tell red from green can tell."""
_STYLES = COLORS | {" ": "dim"}
_VISIBLE = {code: chr(0x2400 + code) for code in range(32) if code != ord("\t")} | {127: "\u2421"}


def printable(text: str) -> str:
    """Return a line of a file with tabs as blanks, and control characters as their pictures."""
    return text.translate(_VISIBLE).expandtabs(4)


def header(found: Comparison, width: int) -> Iterator[Row]:
    """Yield what changed in all: files, lines, ideas, dependencies, and what is not shown."""
    yield [(f"{found.old.name} → {found.new.name}", "bold")]
    if found.is_same_lesson:
        yield [(SAME_LESSON, "")]
        return
    yield from wrapped(f"{', '.join(summary(found))}.", width)
    for title, ideas in (("New ideas", found.ideas), ("Ideas left behind", found.gone_ideas)):
        if ideas:
            yield from wrapped(f"{title}: {'; '.join(ideas)}.", width)
    yield from wrapped(dependencies_sentence(found.dependencies), width)
    for said in remarks(found):
        yield from wrapped(said, width, "dim")


def summary(found: Comparison) -> list[str]:
    """Return the counts of files and lines: `1 file changed`, `2 added`, `30 lines added`, ..."""
    counted = Counter(change.status for change in found.files)
    files = [f"{n} {state}" for state in _STATES if (n := counted[state])] or ["0 changed"]
    files[0] = files[0].replace(" ", " file " if files[0].startswith("1 ") else " files ")
    lines = [sum(change.count(sign) for change in found.files) for sign in "+-"]
    parts = sum(len(change.arrived) for change in found.files)
    moved = [f"{parts} definition{'s' * (parts != 1)} moved"] if parts else []
    added = f"{lines[0]} line{'s' * (lines[0] != 1)} added"
    return [*files, added, f"{lines[1]} removed", *moved]


def dependencies_sentence(differences: Sequence[Requirement]) -> str:
    """Return one sentence about the dependencies."""
    groups = {
        "New dependencies": [each.new for each in differences if not each.old],
        "Dependencies no longer needed": [each.old for each in differences if not each.new],
        "Dependencies changed": [
            f"{each.old} → {each.new}" for each in differences if each.old and each.new
        ],
    }
    said = [f"{title}: {', '.join(names)}." for title, names in groups.items() if names]
    return " ".join(said) or "No new dependencies."


def remarks(found: Comparison) -> Iterator[str]:
    """Yield sentences about what is not shown."""
    if found.tests_left_out:
        files = "file" if found.tests_left_out == 1 else "files"
        yield f"Left out: {found.tests_left_out} changed {files} of tests (see them with --tests)."
    if found.texts_left_out:
        names = " and ".join(found.texts_left_out)
        yield f"Left out: {names} (see one with --file {found.texts_left_out[0]})."
    yield from same_files(found)
    if not found.way:
        yield "Cards say why from one stage to the next only, so no reasons are given here."


def legend(found: Comparison) -> Iterator[str]:
    """Yield what the counts of lines mean where that is not plain."""
    if any(change.status == "added" and change.count("-") for change in found.files):
        yield "In an added file, - counts lines that a definition lost when it moved there."


def same_files(found: Comparison) -> Iterator[str]:
    """Yield a sentence for each file that was asked for and is the same in both."""
    return (f"{name} is the same in both." for name in found.same_files)


def whys(change: FileChange, found: Comparison) -> list[str]:
    """Return why a file changed, with the lesson that says so where more than one could."""
    if change.whys or not found.way:
        return [_why(why, found) for why in change.whys]
    cards = [f"{lesson.path}/{CARD}" for lesson in found.way]
    return [f"No reason is given in {' or '.join(cards)}."]


def _why(why: Why, found: Comparison) -> str:
    if why.lesson and found.backward:
        return f"On the way forward ({why.lesson}): {why.text}"
    return f"{why.lesson}: {why.text}" if why.lesson and len(found.way) > 1 else why.text


def labeled(reason: str) -> tuple[str, str]:
    """Return a label for a reason, and its text: a reason may bring a label, such as `New`."""
    own = re.match(r"(\w+|On the way forward [^:]+): (.+)", reason, re.DOTALL)
    return (own[1], own[2]) if own else ("Why", reason)


def title(change: FileChange) -> str:
    """Return name and fate of a file: `models.py: added`."""
    if change.status == "moved":
        return f"{change.name}: moved from {change.was}"
    return f"{change.name}: {change.status}"


def counts(change: FileChange) -> str:
    """Return how many lines were added and removed."""
    return f"+{change.count('+')} -{change.count('-')}"


def sentence(text: str) -> str:
    """Return `text` with a capital letter at its start."""
    return text[:1].upper() + text[1:]


def stat(found: Comparison, width: int) -> Iterator[Row]:
    """Yield a line a file: what became of it, its lines, and why."""
    names = max((len(change.name) for change in found.files), default=0)
    numbers = max((len(counts(change)) for change in found.files), default=0)
    for change in found.files:
        plus, minus = counts(change).split()
        blanks = " " * (numbers - len(counts(change)))
        fate = title(change).removeprefix(f"{change.name}: ")
        yield [
            (f"{change.name.ljust(names)}  {blanks}", ""),
            (plus, COLORS["+"]),
            (" ", ""),
            (minus, COLORS["-"]),
            (f"  {fate}", ""),
        ]
        for said in (*whys(change, found), *change.notes, *moved_names(change)):
            yield from wrapped(said, width, "cyan", "    ")


def moved_names(change: FileChange) -> Iterator[str]:
    """Yield a line a file that parts came from or went to, with their names."""
    for way, found in (("from", change.arrived), ("to", change.left)):
        files = sorted({move.source if way == "from" else move.target for move in found})
        for file in files:
            names = [
                f"{move.name} (changed)" if move.changed else move.name
                for move in found
                if file in (move.source, move.target)
            ]
            yield f"moved {way} {file}: {', '.join(names)}"


def files(found: Comparison, width: int, *, fold: bool, beside: bool) -> Iterator[Row]:
    """Yield each file: its name, why it changed, and its hunks.

    `fold` breaks lines at `width` columns; `beside` shows the old file left, the new one right.
    """
    for change in found.files:
        yield []
        yield [(title(change), "bold"), (f"  {counts(change)}", "dim")]
        for said in whys(change, found):
            yield from wrapped(": ".join(labeled(said)), width, "cyan")
        for note in (*change.notes, *moved_names(change)):
            yield from wrapped(sentence(note), width, "magenta")
        for hunk in change.hunks:
            if not hunk.lines:
                continue
            yield []
            yield [(hunk.header, "cyan"), (f" {hunk.note}".rstrip(), "magenta")]
            two = beside and has_two_sides(hunk)
            yield from _beside(hunk, width) if two else _below(hunk, width if fold else 0)


def has_two_sides(hunk: Hunk) -> bool:
    """Return whether there is something to put beside something else."""
    return len({line.sign for line in hunk.lines}) > 1


def _below(hunk: Hunk, width: int) -> Iterator[Row]:
    for line in hunk.lines:
        pieces = folded(printable(line.text), width - 1) if width else [printable(line.text)]
        style = _STYLES[line.sign]
        yield [(f"{line.sign}{pieces[0]}", style)]
        yield from ([(f" {piece}", style)] for piece in pieces[1:])


def folded(text: str, width: int) -> list[str]:
    """Return `text` in pieces of at most `width` columns; the later ones are marked as such."""
    from rich.cells import cell_len, chop_cells

    pieces: list[str] = []
    mark = ""
    while cell_len(text) > width - len(mark):
        piece = chop_cells(text, width - len(mark))[0]
        blank = piece.rfind(" ") + 1
        # Between words, unless the first one is itself too long.
        if text[len(piece)] != " " and piece[:blank].strip():
            piece = piece[:blank]
        pieces.append(mark + piece)
        text = text[len(piece) :]
        mark = _CONTINUED
    return [*pieces, mark + text]


def _beside(hunk: Hunk, width: int) -> Iterator[Row]:
    from rich.cells import set_cell_size

    half = (width - 3) // 2
    for old, new in pairs(hunk.lines):
        left, right = _column(old, "old", half), _column(new, "new", half)
        styles = [_STYLES[line.sign if line else " "] for line in (old, new)]
        for was, now in zip_longest(left, right, fillvalue=""):
            yield [(set_cell_size(was, half), styles[0]), (" │ ", "dim"), (now, styles[1])]


def _column(line: Line | None, side: str, width: int) -> list[str]:
    if line is None:
        return [""]
    pieces = folded(printable(line.text), width - 6)
    number = f"{getattr(line, side) or '':>4}"
    return [f"{number} {line.sign}{pieces[0]}", *(f"{'':6}{each}" for each in pieces[1:])]


def pairs(lines: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Yield the lines of a hunk side by side: what was removed beside what came in its place."""
    for same, group in groupby(lines, key=lambda line: line.sign == " "):
        run = list(group)
        if same:
            yield from ((line, line) for line in run)
            continue
        removed = [line for line in run if line.sign == "-"]
        yield from zip_longest(removed, [line for line in run if line.sign == "+"])


def too_narrow(width: int) -> Iterator[Row]:
    """Yield why two files are not shown beside each other."""
    sentence = f"Two files beside each other need {SIDE_BY_SIDE} columns; here are {width}."
    yield []
    yield from wrapped(sentence, width, "yellow")


def requirements(found: Comparison, width: int) -> Iterator[Row]:
    """Yield the dependencies that differ, a line each, with the group that they belong to."""
    yield []
    yield [("Dependencies", "bold")]
    if not found.dependencies:
        yield from wrapped("Both need the same packages.", width)
    for each in found.dependencies:
        group = f"  (group {each.group})" if each.group else ""
        if each.old:
            yield [(f"- {each.old}{group}", COLORS["-"])]
        if each.new:
            yield [(f"+ {each.new}{group}", COLORS["+"])]


def wrapped(text: str, width: int, style: str = "", indent: str = "") -> Iterator[Row]:
    """Yield a sentence in lines of at most `width` columns."""
    for line in textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent or "  ",
        break_on_hyphens=False,
    ):
        yield [(line, style)]
