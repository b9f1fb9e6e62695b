"""How the READMEs are written so that they can be run: their blocks and what these mean.

console     Lines that start with `$ ` are commands; the lines below one are its output. In the
            output `...` alone on a line stands for any lines, also none; inside a line it stands
            for any characters. Where no output is shown, none is compared. A backslash at the
            end of a command continues it on the next line. There is no shell: quotes work,
            pipes, redirects and variables do not.
            A command has to succeed. One that is meant to fail is followed by `$ echo $?` and
            the exit status, as a reader would ask for it.
            Servers (`uvicorn`, `fastapi dev`, `fastapi run`, `gunicorn`, `tutor_cli run`, also
            behind `env NAME=VALUE`) stay until a line `^C`, the next server on the same port, or
            the next `## ` heading. Their output is compared from its start when they stop; more
            may follow.
            `cd` holds to the end of the README and finds folders from the checkout's root, too.
            `git clone` copies this checkout. Making and activating a virtual environment does
            nothing; `pip install` checks that what it names is installed.
            Ports 8000 and 8001 stand for free ones.
python      Is executed. pycon is run and its output compared, as doctest does it. Names are
            shared by all blocks of one README; a warning is an error.
json, toml  Have to be well formed.
mermaid, powershell, text
            Are for the reader alone. No other language is known.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FENCE = re.compile(r"(?P<indent> *)(?P<marks>`{3,}|~{3,})(?P<language>[^\s`]*)[^`]*")
_OPERATORS = frozenset("();<>|&")


class BlockError(Exception):
    """A block that breaks the conventions."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, the number of its first line, the heading above it."""

    language: str
    text: str
    line: int
    section: str


@dataclass(frozen=True)
class Command:
    """A command of a console block, and the output that is shown below it."""

    text: str
    line: int
    expected: tuple[str, ...]
    interrupted: bool
    """Whether a line `^C` follows."""


def headings(text: str) -> list[str]:
    """Return the titles of the `## ` headings of a README, in order."""
    return [title for _, _, title in _outside_of_blocks(text) if title]


def prose(text: str) -> list[tuple[int, str]]:
    """Return number and text of each line that is not inside a block."""
    lines = text.splitlines()
    return [(n, lines[n - 1]) for n, fence, _ in _outside_of_blocks(text) if not fence]


def read_blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a README; raise BlockError for one that is never closed."""
    lines = text.splitlines()
    blocks, section = [], ""
    for number, fence, title in _outside_of_blocks(text):
        section = title or section
        if fence:
            body = list(_body(lines, number, fence))
            blocks.append(Block(fence["language"], "\n".join(body), number + 1, section))
    return blocks


def _outside_of_blocks(text: str) -> Iterator[tuple[int, re.Match[str] | None, str]]:
    """Yield number, opening fence and `## ` title of each line that is not inside a block."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        fence = _FENCE.fullmatch(line)
        yield number, fence, line[3:].strip() if line.startswith("## ") else ""
        if fence:
            number += sum(1 for _ in _body(lines, number, fence)) + 1


def _body(lines: Sequence[str], start: int, fence: re.Match[str]) -> Iterator[str]:
    indent, marks = len(fence["indent"]), fence["marks"]
    for line in lines[start:]:
        bare = line.strip()
        if bare.startswith(marks) and not bare.strip(marks[0]):
            return
        yield line[min(indent, len(line) - len(line.lstrip(" "))) :]
    raise BlockError(start, "This block is never closed.")


def read_commands(block: Block) -> list[Command]:
    """Return the commands of a console block; raise BlockError when it does not start with one."""
    commands: list[Command] = []
    lines = enumerate(block.text.splitlines(), block.line)
    for number, line in lines:
        if line.startswith("$ "):
            commands.append(Command(_whole(line[2:], lines), number, (), interrupted=False))
        elif not commands:
            raise BlockError(number, "A console block starts with a command, a line with `$ `.")
        else:
            commands.append(_with_output(commands.pop(), line))
    return commands


def _whole(command: str, lines: Iterator[tuple[int, str]]) -> str:
    while command.endswith("\\"):
        command = command[:-1] + next(lines, (0, ""))[1].strip()
    return command


def _with_output(command: Command, line: str) -> Command:
    interrupt = line.strip() == "^C"
    expected = command.expected if interrupt else (*command.expected, line)
    return Command(command.text, command.line, expected, command.interrupted or interrupt)


def words(command: Command) -> list[str]:
    """Return the command as a list of arguments; raise BlockError for what needs a shell."""
    lexer = shlex.shlex(command.text, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        tokens = list(lexer)
    except ValueError as error:
        raise BlockError(command.line, f"The quotes do not match in: {command.text}") from error
    operators = any(token and _OPERATORS.issuperset(token) for token in tokens)
    if operators or re.search(r"[$`]", re.sub(r"'[^']*'", "", command.text)):
        sentence = f"This needs a shell (a pipe, redirect or variable): {command.text}"
        raise BlockError(command.line, sentence)
    return shlex.split(command.text)


def matches(expected: Iterable[str], got: str, *, more: bool = False) -> bool:
    """Tell whether the output `got` is what is shown; with `more`, whether it starts like that."""
    pattern = "".join(map(_line_pattern, "\n".join(expected).rstrip().splitlines()))
    lines = "".join(f"{line.rstrip()}\n" for line in got.rstrip().splitlines())
    return re.fullmatch(pattern + (r"[\s\S]*" if more else ""), lines) is not None


def _line_pattern(line: str) -> str:
    if line.strip() == "...":
        return r"(?:.*\n)*?"
    return ".*?".join(re.escape(part) for part in line.rstrip().split("...")) + r"\n"
