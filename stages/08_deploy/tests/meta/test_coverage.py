"""Coverage is asked for when all tests run, and then it has to suffice."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from pytest_runs import DEADLINE, Run, copy_to, processes, run_pytest


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Give processes to run pytest in."""
    with processes() as pool:
        yield pool


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """Copy the lesson, but of its tests only those of units: they cover little of the app."""
    copy_to(tmp_path)
    for name in ("integration", "acceptance", "deploy", "meta"):
        shutil.rmtree(tmp_path / "tests" / name)
    return tmp_path


def measured(folder: Path, *arguments: str) -> Run:
    """Run pytest in a process where coverage is measured; keep what it notes in `folder`."""
    os.environ["COVERAGE_FILE"] = str(folder / ".coverage")
    return run_pytest(folder, *arguments, coverage=True)


@pytest.mark.parametrize("some", [["tests/unit/test_today.py"], ["-k", "today"], ["-m", "unit"]])
def test_some_of_the_tests_need_not_cover_the_app(
    pool: ProcessPoolExecutor, lesson: Path, some: list[str]
) -> None:
    run = pool.submit(measured, lesson, *some).result(DEADLINE)

    assert run.code == pytest.ExitCode.OK, run.output
    assert "coverage" not in run.output


def test_all_tests_together_have_to_cover_the_app(pool: ProcessPoolExecutor, lesson: Path) -> None:
    run = pool.submit(measured, lesson).result(DEADLINE)

    assert run.code == pytest.ExitCode.TESTS_FAILED, run.output
    assert "Coverage failure" in run.output
    assert "app/crud/task.py" in run.output
    assert " failed" not in run.output.splitlines()[-1]
