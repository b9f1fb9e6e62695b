"""Steps are small, and together they are all that a stage adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.guards.code import (
    added_lines,
    app_code,
    definitions,
    grown_from,
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
