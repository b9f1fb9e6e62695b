"""The tests are tested: each mutant of the app is caught by the test that it names."""

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import pytest
from mutants import MUTANTS, Mutant
from pytest_runs import DEADLINE, LESSON, Run, copy_to, processes, run_pytest

CANNOT_FAIL = "tests/meta/cannot_fail.py"
BY_NAME = {mutant.name: mutant for mutant in MUTANTS}


def mutate(folder: Path, mutant: Mutant) -> None:
    """Change the app as the mutant says; raise ValueError unless the line is there once."""
    path = folder / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.line) != 1:
        raise ValueError(f"{mutant.file} has not one {mutant.line!r}.")
    path.write_text(text.replace(mutant.line, mutant.instead), encoding="utf-8")


def run_with(mutant: Mutant, folder: Path, *tests: str) -> Run:
    """Run tests on a copy of the lesson with this mutant of the app."""
    mutate(copy_to(folder), mutant)
    return run_pytest(folder, *tests)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Give processes to run pytest in."""
    with processes() as pool:
        yield pool


@pytest.fixture(scope="module")
def runs(
    pool: ProcessPoolExecutor, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Future[Run]]:
    """Start the runs of all mutants with their tests."""
    return {
        each.name: pool.submit(run_with, each, tmp_path_factory.mktemp(each.name), each.caught_by)
        for each in MUTANTS
    }


@pytest.mark.parametrize("name", BY_NAME)
def test_each_mutant_is_caught(name: str, runs: dict[str, Future[Run]]) -> None:
    run = runs[name].result(DEADLINE)

    assert run.code == pytest.ExitCode.TESTS_FAILED, run.output
    assert " error" not in run.output.splitlines()[-1], run.output


def test_without_a_mutant_the_same_tests_pass(pool: ProcessPoolExecutor) -> None:
    tests = [each.caught_by for each in MUTANTS]

    run = pool.submit(run_pytest, LESSON, *tests).result(DEADLINE)

    assert run.code == pytest.ExitCode.OK, run.output


def test_the_test_that_cannot_fail_passes_with_a_mutant_too(
    pool: ProcessPoolExecutor, tmp_path: Path
) -> None:
    mutant = BY_NAME["anybody-reads-any-task"]
    runs = [
        pool.submit(run_pytest, LESSON, CANNOT_FAIL),
        pool.submit(run_with, mutant, tmp_path, CANNOT_FAIL),
    ]

    for run in [each.result(DEADLINE) for each in runs]:
        assert run.code == pytest.ExitCode.OK, run.output
        assert "1 passed" in run.output


def test_a_mutant_that_no_longer_fits_the_app_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("one\ntwo\none\n", encoding="utf-8")

    for line in ("one", "three"):
        with pytest.raises(ValueError, match=line):
            mutate(tmp_path, Mutant("mutant", "app/main.py", line, "four", ""))
