"""The files of a lesson, and each as what it is: text, a notebook, or bytes that are no text."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import warnings
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.catalog import CARD
from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.catalog import Lesson

LARGEST = 1_000_000
"""Bytes; a larger file is not compared line by line."""
_LEFT_BY_TOOLS = ("__pycache__", ".DS_Store")
_HIDDEN_BUT_WRITTEN = (".github",)
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r\f\x1b"))
_MANY_CONTROLS = 0.02
"""With a greater share of control characters, bytes that are not UTF-8 are no text."""
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: its kind, name and source."""

    kind: str
    identity: str
    lines: tuple[str, ...]

    def same_as(self, other: Cell) -> bool:
        """Whether both show the same; their names do not matter."""
        return (self.kind, self.lines) == (other.kind, other.lines)


@dataclass(frozen=True)
class LessonFile:
    """One file of a lesson, read when it is first looked into."""

    name: str
    """Relative to the lesson's folder, with forward slashes."""
    place: Path

    @cached_property
    def content(self) -> bytes:
        """The file's bytes; of a link, where it points to. TutorError when it cannot be read."""
        try:
            if self.place.is_symlink():
                return os.fsencode(f"link to {self.place.readlink().as_posix()}")
            return self.place.read_bytes()
        except OSError as error:
            raise TutorError(f"{self.place} cannot be read: {error.strerror}.") from error

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)

    @cached_property
    def is_text(self) -> bool:
        """Whether it can be shown as lines; a very large file cannot."""
        return self.size <= LARGEST and not self.is_binary

    @cached_property
    def is_binary(self) -> bool:
        """Whether its bytes are no text: with a zero, or many control characters and no UTF-8."""
        if self.content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return False
        if b"\0" in self.content:
            return True
        controls = len(self.content) - len(self.content.translate(None, _CONTROLS))
        return controls > _MANY_CONTROLS * self.size and self.encoding == "latin-1"

    @cached_property
    def module(self) -> ast.Module | SyntaxError:
        """Its syntax tree as Python, or why there is none; an empty one when it is no text."""
        try:
            with warnings.catch_warnings(action="ignore"):
                return ast.parse("\n".join(self.lines) if self.is_text else "")
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError):
            return SyntaxError("not Python, or too deep")

    @cached_property
    def encoding(self) -> str:
        """The encoding to read it with: its own word, UTF-8, else Latin-1, which fits all."""
        if self.content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return "utf-16"
        if self.content.startswith(BOM_UTF8):
            return "utf-8-sig"
        head = b"\n".join(self.content.splitlines()[:2])
        named = _CODING.search(head) if self.name.endswith(".py") else None
        for name in (named[1].decode("ascii") if named else "utf-8", "utf-8"):
            try:
                self.content.decode(name)
            except (LookupError, UnicodeError):
                continue
            return name.lower()
        return "latin-1"

    @cached_property
    def text(self) -> str:
        """Its text, with the line ends that it has."""
        return self.content.decode(self.encoding, errors="replace")

    @cached_property
    def lines(self) -> list[str]:
        """Its lines, without their ends."""
        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return lines if lines[-1] else lines[:-1]

    @property
    def line_end(self) -> str:
        """`CRLF`, `LF`, or nothing for a file of one unfinished line."""
        return "CRLF" if "\r\n" in self.text else "LF" if "\n" in self.text else ""

    @cached_property
    def cells(self) -> tuple[Cell, ...] | None:
        """The cells of a notebook; None for any other file, also for a broken notebook."""
        if not (self.name.endswith(".ipynb") and self.is_text):
            return None
        try:
            return tuple(_cell(cell) for cell in json.loads(self.text)["cells"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(source)
    return Cell(str(cell["cell_type"]), str(cell.get("id", "")), tuple(text.splitlines()))


def files_of(*lessons: Lesson) -> list[dict[str, LessonFile]]:
    """Return the files of each lesson by name, without the card and what tools leave behind."""
    kept = _kept_by_git(lessons)
    return [
        {
            name: LessonFile(name, lesson.folder / name)
            for name in sorted(_below(lesson.folder))
            if name != CARD and (kept is None or f"{lesson.path}/{name}" in kept)
        }
        for lesson in lessons
    ]


def _below(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        folders[:] = [name for name in folders if _is_written(name)]
        for name in (*files, *links):
            path = Path(place) / name
            # What is neither, such as a pipe, could keep its reader waiting for ever.
            if not name.startswith(_LEFT_BY_TOOLS) and (path.is_symlink() or path.is_file()):
                yield path.relative_to(folder).as_posix()


def _is_written(folder: str) -> bool:
    return folder in _HIDDEN_BUT_WRITTEN or not folder.startswith((".", *_LEFT_BY_TOOLS))


def _kept_by_git(lessons: tuple[Lesson, ...]) -> set[str] | None:
    """Return the files that git keeps or would keep; None where git does not say."""
    root = lessons[0].folder.parent.parent
    if not (root / ".git").exists():
        return None
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    try:
        listing = subprocess.run(
            [*command, *(lesson.path for lesson in lessons)],
            cwd=root,
            check=True,
            capture_output=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return set(os.fsdecode(listing.stdout).split("\0"))
