"""Each step proves itself: its tests fail on the starter and pass on the answer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.guards.code import FIRST_STARTER, files_of, read, referred

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.catalog import Catalog, Lesson

_OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR) ((?:\S+\.py)(?:::.*?)?)(?: - .*)?$", re.MULTILINE)
_SECONDS = 300
_DATABASE = "--database"


def unproven_steps(catalog: Catalog) -> list[str]:
    """Find steps whose tests pass on the starter or fail on the answer, and tests without a step.

    The starter is the stage before, for the first stage `hello.py` alone. A test of the schema
    snapshot needs no step: it holds for the answer only.
    """
    with TemporaryDirectory() as scratch, ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [(stage, kind) for stage in catalog.stages for kind in ("starter", "answer")]
        folders = [_prepare(*job, catalog, Path(scratch)) for job in jobs]
        results = dict(zip(jobs, pool.map(outcomes, folders), strict=True))
    return [
        f"{stage.path}: {fault}"
        for stage in catalog.stages
        for fault in _judge(stage, results[stage, "starter"], results[stage, "answer"])
    ]


def _prepare(stage: Lesson, kind: str, catalog: Catalog, scratch: Path) -> Path:
    """Make the project that a learner has before the first step, or after the last."""
    target = scratch / f"{stage.name}-{kind}"
    own = files_of(stage)
    if kind == "answer":
        return _copied(stage, own, target)
    before = catalog.before(stage)
    if before:
        _copied(before, [n for n in files_of(before) if not n.startswith("tests/")], target)
    else:
        _copied(stage, [FIRST_STARTER], target)
    given = [n for n in own if n.startswith("tests/") or n == "pyproject.toml"]
    return _copied(stage, given, target)


def _copied(lesson: Lesson, names: list[str], target: Path) -> Path:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(lesson.folder / name, target / name)
    return target


def outcomes(folder: Path, *arguments: str) -> dict[str, bool]:
    """Run pytest on the tests in `folder`; return for each test whether it passed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-rpfE", "--tb=no", "-p", "no:cacheprovider"]
    shared = folder / "tests" / "conftest.py"
    if shared.exists() and _DATABASE in read(shared):
        command.append(f"{_DATABASE}=sqlite")
    # Tests of the tests hold for the answer alone; how much of the app is covered is no step.
    # A starter lacks what some tests import: that is no reason to run none.
    command += ["--ignore=tests/meta", "--no-cov", "--continue-on-collection-errors"]
    done = subprocess.run(
        [*command, "--color=no", "tests", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )
    found = _OUTCOME.findall(done.stdout)
    failed = {test for outcome, test in found if outcome != "PASSED"}
    return {test: test not in failed for _, test in found}


def _judge(stage: Lesson, starter: Mapping[str, bool], answer: Mapping[str, bool]) -> Iterator[str]:
    for step in stage.card.steps:
        tests = [test for test in answer if any(means(ref, test) for ref in step.tests)]
        yield from (f"{test} fails on the answer." for test in tests if not answer[test])
        if all(starter.get(test, False) for test in tests):
            yield f"the tests of the step {step.title!r} pass before anything is done."
    references = [reference for step in stage.card.steps for reference in step.tests]
    for test in answer:
        named = any(means(reference, test) for reference in references)
        if not named and not starter.get(test, False) and not _of_snapshot(stage, test):
            yield f"no step names {test}, which fails on the starter."


def means(reference: str, test: str) -> bool:
    """Tell whether a reference names a test: by its file, its function, or all of its name."""
    return re.match(re.escape(reference) + r"($|::|\[)", test) is not None


def _of_snapshot(stage: Lesson, test: str) -> bool:
    file, _, _ = test.partition("::")
    source = referred({file: read(stage.folder / file)}, test.partition("[")[0])
    return any("SNAPSHOT" in each for each in source.values())
