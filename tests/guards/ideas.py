"""An idea is not used by app code before the stage that introduces it, and is used there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.guards.code import app_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.card import Idea
    from tutor.catalog import Catalog, Lesson


def ideas_out_of_place(catalog: Catalog) -> list[str]:
    """Find ideas in the app code of a stage before their own, and ideas their stage never uses."""
    faults: list[str] = []
    for place, stage in enumerate(catalog.stages):
        for idea in stage.card.introduces:
            for earlier in catalog.stages[:place]:
                faults += [
                    f"{where}: {what} belongs to the idea {idea.idea!r} of {stage.name}."
                    for where, what in _uses(earlier, idea)
                ]
            if not any(_uses(stage, idea)):
                faults.append(f"{stage.path}: its app never uses its idea {idea.idea!r}.")
    return faults


def _uses(stage: Lesson, idea: Idea) -> Iterator[tuple[str, str]]:
    for name, text in app_code(stage).items():
        for node in ast.walk(ast.parse(text)):
            for what in _signs(node, idea):
                yield f"{stage.path}/{name}:{getattr(node, 'lineno', 1)}", what


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
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.name for alias in aliases)


def _modules(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=str(module), level=0):
            yield module
