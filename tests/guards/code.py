"""What the guards ask about a lesson's code: its files, definitions and what a stage adds."""

from __future__ import annotations

import ast
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from tests.checkout import kept_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tutor.catalog import Catalog, Lesson

FIRST_STARTER = "hello.py"
_BESIDE_THE_APP = ("tests/", "migrations/", "gunicorn_conf.py", "claims.py", "naive.")
_TEST_FILE = re.compile(r"(.*/)?(test_[^/]*|conftest)\.py")
_ANY_VERSION = '"this stage\'s version"'


def files_of(lesson: Lesson) -> list[str]:
    """Return the names of a lesson's files, relative to its folder."""
    root = lesson.folder.parent.parent
    start = f"{lesson.path}/"
    return [name.removeprefix(start) for name in kept_files(root) if name.startswith(start)]


def read(path: Path) -> str:
    """Return the text of a file, with its line ends as they are."""
    return path.read_bytes().decode("utf-8")


def app_code(lesson: Lesson) -> dict[str, str]:
    """Return name and text of each module of a lesson's app."""
    code = python_of(lesson)
    own = (name for name in code if not name.startswith(_BESIDE_THE_APP) and not is_test(name))
    return {name: code[name] for name in own}


def python_of(lesson: Lesson) -> dict[str, str]:
    """Return name and text of each Python file of a lesson."""
    return {n: read(lesson.folder / n) for n in files_of(lesson) if n.endswith(".py")}


def is_test(name: str) -> bool:
    """Tell whether a lesson's file holds tests, or what pytest reads for them."""
    return name.startswith("tests/") or _TEST_FILE.fullmatch(name) is not None


def starter_code(stage: Lesson, catalog: Catalog) -> dict[str, str]:
    """Return the app that a learner starts from: the stage before, for the first `hello.py`."""
    before = catalog.before(stage)
    if before:
        return app_code(before)
    return {n: text for n, text in app_code(stage).items() if n == FIRST_STARTER}


def grown_from(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Return the text that each module of `new` grew from: its own in `old`, or a removed one's.

    A module that a stage adds grew from the removed module that has most of its lines; a module
    that was split in parts is what each part grew from.
    """
    removed = [text for name, text in old.items() if name not in new]
    return {
        name: old.get(name) or min(removed, key=lambda was: added_lines(was, text), default="")
        for name, text in new.items()
    }


def version_of(stage: Lesson) -> str:
    """Return the version that a stage's app bears."""
    return "1.0.0" if stage.number == "08" else f"0.{int(stage.number)}.0"


def without_version(text: str, stage: Lesson | None) -> str:
    """Return `text` with the version of `stage` made the same as any other stage's."""
    return text.replace(f'"{version_of(stage)}"', _ANY_VERSION) if stage else text


def added_lines(old: str, new: str) -> int:
    """Return how many lines of `new` are not in `old`, as a diff counts them."""
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    changes = matcher.get_opcodes()
    return sum(end - start for tag, _, _, start, end in changes if tag in ("insert", "replace"))


def definitions(text: str) -> dict[str, str]:
    """Return name and source of each function, class and variable at the top of a module."""
    lines = text.splitlines()
    found: dict[str, str] = {}
    for node in ast.parse(text).body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(each.lineno for each in decorators)])
        source = "\n".join(lines[first - 1 : node.end_lineno])
        for name in _names(node):
            found[name] = f"{found[name]}\n{source}" if name in found else source
    return found


def _names(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign(targets=targets):
            yield from (each.id for each in targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def referred(code: dict[str, str], reference: str) -> dict[str, str]:
    """Return the definitions that `main.py` or `main.py::name` means, by their full reference."""
    file, _, wanted = reference.partition("::")
    return {
        f"{file}::{name}": source
        for name, source in definitions(code.get(file, "")).items()
        if wanted in ("", name)
    }
