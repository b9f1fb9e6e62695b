"""An idea is not used by app code before the stage that introduces it, and is used there.

A card may give an idea to one definition of an earlier stage, with the reason (`given_in`). The
examples stand beside each other: what one introduces, the others may use.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.guards.code import app_code, definitions, is_test, python_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.card import Idea
    from tutor.catalog import Catalog, Lesson

_NOT_TAUGHT = frozenset({"naive.py", "claims.py"})


def ideas_out_of_place(catalog: Catalog) -> list[str]:
    """Find ideas in the app code of a stage before their own, and ideas their lesson never uses.

    Also finds definitions that are given an idea and do not use it, or do not exist.
    """
    faults: list[str] = []
    for place, stage in enumerate(catalog.stages):
        for idea in stage.card.introduces:
            code = _code(catalog.stages[:place])
            faults += [
                f"{stage.path}: {given} does not use the idea {idea.idea!r} that it is given."
                for given in idea.given_in
                if not any(_uses({given: _taken_out(code, given)}, idea))
            ]
            faults += [
                f"stages/{where}: {what} belongs to the idea {idea.idea!r} of {stage.name}."
                for where, what in _uses(code, idea)
            ]
    return faults + [
        f"{lesson.path}: it never uses its idea {idea.idea!r}."
        for lesson in catalog.lessons
        for idea in lesson.card.introduces
        if not any(_uses(_taught(lesson), idea))
    ]


def _code(stages: Sequence[Lesson]) -> dict[str, str]:
    """Return the modules of the stages' apps, as `01_basics/main.py` and text."""
    return {f"{s.name}/{file}": text for s in stages for file, text in app_code(s).items()}


def _taught(lesson: Lesson) -> dict[str, str]:
    """Return the code that has to use a lesson's ideas; of an example also what serves the app."""
    if lesson.kind == "stage":
        return app_code(lesson)
    code = python_of(lesson).items()
    return {name: text for name, text in code if not is_test(name) and name not in _NOT_TAUGHT}


def _taken_out(code: dict[str, str], reference: str) -> str:
    """Leave blank lines in `code` in place of one definition; return its source."""
    file, _, name = reference.partition("::")
    source = definitions(code.get(file, "")).get(name, "")
    if source:
        code[file] = code[file].replace(source, "\n" * source.count("\n"), 1)
    return source


def _uses(code: Mapping[str, str], idea: Idea) -> Iterator[tuple[str, str]]:
    for name, text in code.items():
        for node in ast.walk(ast.parse(text)):
            for what in _signs(node, idea):
                yield f"{name}:{getattr(node, 'lineno', 1)}", what


def _signs(node: ast.AST, idea: Idea) -> Iterator[str]:
    if type(node).__name__ in idea.nodes:
        yield type(node).__name__
    yield from (name for name in _names(node) if name in idea.names)
    for module in _modules(node):
        if any(f"{module}.".startswith(f"{start}.") for start in idea.modules):
            yield module


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
            yield name
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.name for alias in aliases)


def _modules(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=str(module), level=0):
            yield module
