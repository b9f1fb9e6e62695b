"""Functions and steps are small, and together the steps are all that a stage adds."""

from __future__ import annotations

import ast
import math
import statistics
from typing import TYPE_CHECKING

from tests.guards.code import (
    added_lines,
    app_code,
    definitions,
    grown_from,
    is_test,
    python_of,
    referred,
    starter_code,
    without_version,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.catalog import Catalog, Lesson

_A_STEP = 150
_A_STAGE = {"05": 400, "06": 700, "07": 400, "08": 700}
_A_STAGE_OTHERWISE = 250
_MIDDLE_FUNCTION = 8
_NEARLY_EVERY_FUNCTION = 25
_NEARLY_EVERY = 0.9


def long_functions(catalog: Catalog) -> list[str]:
    """Find lessons whose functions, those of tests aside, are long: at the median or the 90th %."""
    return [fault for lesson in catalog.lessons for fault in _long(lesson)]


def _long(lesson: Lesson) -> Iterator[str]:
    code = (text for name, text in python_of(lesson).items() if not is_test(name))
    lengths = sorted(length for text in code for length in _function_lengths(text))
    if not lengths:
        return
    middle = statistics.median(lengths)
    if middle > _MIDDLE_FUNCTION:
        most = f"at most {_MIDDLE_FUNCTION}"
        yield f"{lesson.path}: the median function has {middle:g} lines; {most} are allowed."
    nearly = lengths[math.ceil(_NEARLY_EVERY * len(lengths)) - 1]
    if nearly > _NEARLY_EVERY_FUNCTION:
        most = f"at most {_NEARLY_EVERY_FUNCTION}"
        yield f"{lesson.path}: one function in ten has {nearly} lines or more; {most} are allowed."


def _function_lengths(text: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def oversized_steps(catalog: Catalog) -> list[str]:
    """Find stages and steps that add more lines of app code than a learner can take at once."""
    return [fault for stage in catalog.stages for fault in _oversized(stage, catalog)]


def _oversized(stage: Lesson, catalog: Catalog) -> Iterator[str]:
    new = app_code(stage)
    old = grown_from(starter_code(stage, catalog), new)
    limit = _A_STAGE.get(stage.number, _A_STAGE_OTHERWISE)
    total = sum(added_lines(old[name], text) for name, text in new.items())
    if total > limit:
        yield f"{stage.path}: adds {total} lines of app code; at most {limit} are allowed."
    for step in stage.card.steps:
        size = sum(_size(old, new, reference) for reference in step.code)
        if size > _A_STEP:
            yield f"{stage.path}: the step {step.title!r} adds {size} lines, more than {_A_STEP}."


def _size(old: dict[str, str], new: dict[str, str], reference: str) -> int:
    before = referred(old, reference)
    after = referred(new, reference)
    return sum(added_lines(before.get(name, ""), source) for name, source in after.items())


def unnamed_definitions(catalog: Catalog) -> list[str]:
    """Find definitions that a stage adds or changes and no step names."""
    return [fault for stage in catalog.stages for fault in _unnamed(stage, catalog)]


def _unnamed(stage: Lesson, catalog: Catalog) -> Iterator[str]:
    new, old = app_code(stage), starter_code(stage, catalog)
    before = catalog.before(stage)
    references = [reference for step in stage.card.steps for reference in step.code]
    named = {name for reference in references for name in referred(new, reference)}
    for file, text in new.items():
        was = definitions(without_version(old.get(file, ""), before or stage))
        for name, source in definitions(without_version(text, stage)).items():
            if was.get(name) != source and f"{file}::{name}" not in named:
                yield f"{stage.path}: no step names {file}::{name}, which is new or changed."
