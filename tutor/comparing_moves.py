"""Find what moved: files under another name, and definitions that went from one file to another."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.comparing_lines import Block, likeness, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.lesson_files import LessonFile

RENAMED = 0.5
"""From this likeness on, a file that went and one that came are the same file, renamed."""
_SAME_DEFINITION = 0.4
"""From this likeness on, two definitions of one name and kind are the same one, changed."""


@dataclass(frozen=True)
class Definition:
    """A function, class or variable at the top of a module, with its decorators and comments."""

    name: str
    kind: str
    start: int
    """From 0; the blank lines above belong to it, so that none of them stays behind."""
    end: int
    code: int
    """Where the first line that is not blank stands."""
    lines: tuple[str, ...]
    """Its lines, from `code` on."""


@dataclass(frozen=True)
class Move:
    """A definition that left one file and stands in another."""

    name: str
    source: str
    target: str
    changed: bool
    left: Block
    arrived: Block


def renamed(old: Mapping[str, LessonFile], new: Mapping[str, LessonFile]) -> dict[str, str]:
    """Return, for each file that came under a new name, the old name; the likest pairs first."""
    gone = [file for name, file in old.items() if name not in new and file.size]
    came = [file for name, file in new.items() if name not in old and file.size]
    pairs = sorted(
        ((_file_likeness(was, now), was.name, now.name) for was in gone for now in came),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, str] = {}
    for near, was, now in pairs:
        if near >= RENAMED and now not in found and was not in found.values():
            found[now] = was
    return found


def _file_likeness(old: LessonFile, new: LessonFile) -> float:
    if old.content == new.content:
        return 1.0
    if not (old.is_text and new.is_text):
        return 0.0
    # The order of the lines does not matter here, which makes this much faster than a diff.
    was, now = (Counter(line for line in side.lines if line.strip()) for side in (old, new))
    lines = was.total() + now.total()
    return 2 * (was & now).total() / lines if lines else 0.0


def moves(
    old: Mapping[str, LessonFile], new: Mapping[str, LessonFile], names: Mapping[str, str]
) -> list[Move]:
    """Return the definitions that moved between Python files; `names` are the renamed files.

    A line like `router = APIRouter()` stands in many files. It moved only along with more.
    """
    left = list(_without(old, new, {was: now for now, was in names.items()}))
    arrived = list(_without(new, old, names))
    pairs = sorted(
        (
            (_likeness(was, now), came, went)
            for came, (_, now) in enumerate(arrived)
            for went, (_, was) in enumerate(left)
            if (was.name, was.kind) == (now.name, now.kind)
        ),
        key=lambda pair: (-pair[0], pair[1:]),
    )
    taken: dict[int, int] = {}
    for near, came, went in pairs:
        if near and came not in taken and went not in taken.values():
            taken[came] = went
    found = [(*left[taken[came]], *arrived[came]) for came in sorted(taken)]
    ways = {(source, target) for source, was, target, _ in found if not _is_one_line(was)}
    return [
        _move(source, was, target, now)
        for source, was, target, now in found
        if (source, target) in ways
    ]


def _is_one_line(definition: Definition) -> bool:
    return sum(not line.startswith("#") for line in definition.lines) == 1


def _without(
    files: Mapping[str, LessonFile], others: Mapping[str, LessonFile], names: Mapping[str, str]
) -> Iterator[tuple[str, Definition]]:
    """Yield file and definition of all that the other side's same file does not have."""
    for name, file in files.items():
        other = others.get(names.get(name, name))
        if not name.endswith(".py") or (other and other.content == file.content):
            continue
        has = {(each.name, each.kind) for each in definitions(other)} if other else set()
        yield from ((name, each) for each in definitions(file) if (each.name, each.kind) not in has)


def _likeness(old: Definition, new: Definition) -> float:
    return likeness("\n".join(old.lines), "\n".join(new.lines), _SAME_DEFINITION)


def _move(source: str, was: Definition, target: str, now: Definition) -> Move:
    changed = was.lines != now.lines
    lines = whole(was.lines, now.lines, (was.code + 1, now.code + 1)) if changed else []
    label = f"{now.kind} {now.name}".strip()
    how = "changed" if changed else "unchanged"
    return Move(
        name=now.name,
        source=source,
        target=target,
        changed=changed,
        left=Block(was.start, was.end, f"{label}: moved to {target}"),
        arrived=Block(now.start, now.end, f"{label}: moved from {source}, {how}", lines),
    )


def definitions(file: LessonFile) -> list[Definition]:
    """Return the definitions of a module; none when it is no text or not valid Python."""
    if isinstance(file.module, SyntaxError):
        return []
    found: list[Definition] = []
    above = 0
    for node in file.module.body:
        end = node.end_lineno or node.lineno
        named = _named(node)
        if named and end > above:
            found.append(_definition(file.lines, above, end, named))
        above = end
    return found


def _definition(lines: list[str], above: int, end: int, named: tuple[str, str]) -> Definition:
    code = next(place for place in range(above, end) if lines[place].strip())
    name, kind = named
    return Definition(name, kind, above, end, code, tuple(lines[code:end]))


def _named(node: ast.stmt) -> tuple[str, str] | None:
    """Return name and kind of what a statement defines, if it is a definition."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name, "def"
        case ast.ClassDef(name=name):
            return name, "class"
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name, ""
        case _:
            return None
