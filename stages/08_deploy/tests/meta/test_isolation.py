"""Each test stands alone: in any order, and with others at the same time, all pass."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from pytest_runs import DEADLINE, LESSON, Run, processes, run_pytest

PART = [f"tests/integration/test_{name}.py" for name in ("list", "overdue", "ownership", "share")]
WAYS = {
    "shuffled": ["--random-order-bucket=global", "--random-order-seed=1"],
    "shuffled anew, two at a time": [
        "--random-order-bucket=global",
        "--random-order-seed=2",
        "-n2",
    ],
}

LEAKING = '''\
"""Tests that share a list."""

import pytest

TASKS = []


@pytest.fixture
def database() -> list[int]:
    return TASKS


@pytest.mark.parametrize("number", range(5))
def test_a_task_is_added(database: list[int], number: int) -> None:
    database.append(number)
    assert database == list(range(number + 1))
'''
CONFTEST = '''\
"""What the runs ask for."""


def pytest_addoption(parser) -> None:
    parser.addoption("--database")
'''


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Give processes to run pytest in."""
    with processes() as pool:
        yield pool


def test_our_tests_pass_in_any_order_and_in_company(pool: ProcessPoolExecutor) -> None:
    runs = [pool.submit(run_pytest, LESSON, *options, *PART) for options in WAYS.values()]

    for way, run in zip(WAYS, [each.result(DEADLINE) for each in runs], strict=True):
        assert run.code == pytest.ExitCode.OK, f"{way}: {run.output}"


@pytest.fixture
def leaking(tmp_path: Path) -> Path:
    """Write tests with a fixture that is the same for all of them."""
    (tmp_path / "test_leaking.py").write_text(LEAKING, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    return tmp_path


def test_a_fixture_that_leaks_is_found_out(pool: ProcessPoolExecutor, leaking: Path) -> None:
    def run(*options: str) -> Run:
        return pool.submit(run_pytest, leaking, *options).result(DEADLINE)

    assert run().code == pytest.ExitCode.OK, "In their own order, nobody notices."
    for way, options in WAYS.items():
        assert run(*options).code == pytest.ExitCode.TESTS_FAILED, way
