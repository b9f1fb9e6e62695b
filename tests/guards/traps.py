"""Each trap is real: on `naive.py` the tests that the card names fail, each with a sentence.

A reference of the card may name a test with parameters: one of its cases has to fail, at least.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.guards.code import files_of, is_test, python_of
from tests.guards.registration import imported_modules, module_files
from tests.guards.steps import means
from tutor import testing
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tutor.catalog import Lesson
    from tutor.results import Failure, LessonResult

NAIVE = "naive.py"
_PLACE = re.compile(r"^(\S.*?):\d+: in ", re.MULTILINE)
_SENTENCE = re.compile(r"[^\s{\[(<]\S*(\s+\S+){3,}")


def incomplete_traps(catalog: Catalog) -> list[str]:
    """Find examples without a trap or a step, and tests that only one of the two has."""
    examples = (lesson for lesson in catalog.lessons if lesson.kind == "example")
    return [f"{each.path}: {fault}" for each in examples for fault in _incomplete(each)]


def _incomplete(example: Lesson) -> Iterator[str]:
    card = example.card
    if not card.steps:
        yield "the card has no step."
    if not card.trap:
        yield "the card has no trap."
        return
    trap, steps = set(card.trap.tests), {test for step in card.steps for test in step.tests}
    yield from (f"no step has {test}, a test of the trap." for test in sorted(trap - steps))
    yield from (f"the trap has not {test}, a test of a step." for test in sorted(steps - trap))


def run_naive(examples: Sequence[Lesson], scratch: Path) -> dict[Lesson, LessonResult]:
    """Run all tests of each example on a copy, below `scratch`, that has the naive way."""
    if not examples:
        return {}
    results = testing.test_lessons(
        [naive_of(example, scratch) for example in examples],
        Catalog(scratch),
        arguments=["--continue-on-collection-errors"],
    )
    return dict(zip(examples, results, strict=True))


def naive_of(example: Lesson, scratch: Path) -> Lesson:
    """Copy an example below `scratch`: `naive.py` becomes `main.py`, any `naive.NAME` is `NAME`."""
    target = scratch / example.name
    for name in sorted(files_of(example), key=lambda name: _as_served(name) != name):
        path = target / _as_served(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(example.folder / name, path)
    return replace(example, folder=target)


def _as_served(name: str) -> str:
    return "main.py" if name == NAIVE else name.removeprefix("naive.")


def unproven_traps(example: Lesson, result: LessonResult) -> Iterator[str]:
    """Yield what is wrong with how an example's tests ended on its naive way.

    A test that was skipped did not run: that is no fault where a program of the card is missing.
    """
    if NAIVE not in files_of(example):
        yield f"{NAIVE} is missing."
        return
    named = example.card.trap.tests if example.card.trap else ()
    if result.problem:
        yield f"on {NAIVE}, the run of the tests {result.problem}"
    for test in result.tests:
        if test.outcome == "failed" and not any(means(each, test.test) for each in named):
            yield f"{test.test} fails on {NAIVE}, and the trap does not name it."
        elif test.outcome == "failed":
            yield from (fault for why in test.failures for fault in _unclear(why, example))
    for reference in named:
        yield from _harmless(reference, example, result)


def _harmless(reference: str, example: Lesson, result: LessonResult) -> Iterator[str]:
    outcomes = {test.outcome for test in result.tests if means(reference, test.test)}
    if "failed" in outcomes or (result.problem and not outcomes):
        return
    if not outcomes:
        yield f"{reference} did not run on {NAIVE}."
    elif "passed" in outcomes:
        yield f"{reference} passes on {NAIVE}: it does not show the trap."
    elif "skipped" in outcomes and all(map(shutil.which, example.card.programs)):
        yield f"{reference} is skipped on {NAIVE}, but no program of the card is missing."


def _unclear(failure: Failure, example: Lesson) -> Iterator[str]:
    """Yield why a failure is not an assert of the tests with a sentence for the learner."""
    message = failure.message
    where, first = f"{failure.test} fails on {NAIVE}", message.partition("\n")[0]
    places = _PLACE.findall(failure.traceback)
    if failure.phase != "call":
        yield f"{where} in its {failure.phase}, before or after the test itself: {first}"
    elif not message.startswith(("AssertionError", "assert ")):
        yield f"{where} by an error, and not by an assert of its own: {first}"
    elif not places or places[-1] not in _test_modules(example):
        yield f"{where} by an assert that is not in the tests: {first}"
    elif not _SENTENCE.match(sentence_of(message)):
        yield f"{where} without a sentence for the learner: {first}"


def sentence_of(message: str) -> str:
    """Return what an assert says in its own words: nothing, where it only compares."""
    said = message.removeprefix("AssertionError").removeprefix(": ")
    return re.split(r"(?:^|\n)assert ", said)[0]


def _test_modules(example: Lesson) -> set[str]:
    """Return the files with tests, and modules of the example that no app of it imports."""
    code = python_of(example)
    card = example.card
    apps = (card.serve, *card.also, *(each.app for each in card.companions))
    found: set[str] = set()
    waiting = [app.partition(":")[0] for app in apps]
    while waiting:
        for file in module_files(waiting.pop()):
            if file in code and file not in found:
                found.add(file)
                waiting += imported_modules(code[file], file)
    return {name for name in code if is_test(name) or name not in found}
