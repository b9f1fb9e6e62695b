"""The trap of each example is one: its tests fail on the naive way, and only those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.guards.traps import incomplete_traps, naive_of, run_naive, unproven_traps
from tests.made_up import EXAMPLE, change, make_checkout, write
from tutor.catalog import Catalog, Lesson

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.results import LessonResult

# On the second Python, CI runs the lessons by themselves.
pytestmark = pytest.mark.once
EXAMPLES = [lesson for lesson in Catalog().lessons if lesson.kind == "example"]
TESTS = f"{EXAMPLE}/test_main.py"
TRAP = "test_main.py::test_an_odd_number_has_a_half"


@pytest.fixture(scope="session")
def results(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[Lesson, LessonResult]:
    """Run the tests of all examples that were selected on their naive way, at once."""
    names = {item.name for item in request.session.items}
    chosen = [each for each in EXAMPLES if f"test_the_trap_is_one_of[{each.name}]" in names]
    return run_naive(chosen, tmp_path_factory.mktemp("naive"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_trap_is_one_of(example: Lesson, results: dict[Lesson, LessonResult]) -> None:
    faults = list(unproven_traps(example, results[example]))

    assert not faults, "\n".join(faults)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "checkout").root


def faults_of(root: Path) -> list[str]:
    """Return what the guards say of the made-up example."""
    catalog = Catalog(root)
    example = catalog.find("56")
    results = run_naive([example], root.parent / "naive")
    return [*incomplete_traps(catalog), *unproven_traps(example, results[example])]


def test_the_trap_of_the_made_up_example_is_one(root: Path) -> None:
    assert faults_of(root) == []


FAILS = f"{TRAP} fails on naive.py"
LAST = "    assert half == 1.5"


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("naive.py", " // ", " / ", f"{TRAP} passes on naive.py: it does not show the trap."),
        (
            "test_main.py",
            "half(4) == 2",
            "half(5) == 2.5",
            "test_main.py::test_an_even_number_has_a_half fails on naive.py, "
            "and the trap does not name it.",
        ),
        (
            "test_main.py",
            ', f"half of 3 is 1.5, and not {half}"',
            "",
            f"{FAILS} without a sentence for the learner: assert 1 == 1.5",
        ),
        (
            "test_main.py",
            'f"half of 3 is 1.5, and not {half}"',
            "str({'half': half, 'right': 1.5, 'wrong': 1})",
            f"{FAILS} without a sentence for the learner: "
            "AssertionError: {'half': 1, 'right': 1.5, 'wrong': 1}",
        ),
        (
            "test_main.py",
            LAST,
            f"    half.hex()\n{LAST}",
            f"{FAILS} by an error, and not by an assert of its own: "
            "AttributeError: 'int' object has no attribute 'hex'",
        ),
        (
            "naive.py",
            "    return value",
            '    assert value % 2 == 0, "an odd number has no half"\n    return value',
            f"{FAILS} by an assert that is not in the tests: "
            "AssertionError: an odd number has no half",
        ),
        (
            "test_main.py",
            LAST,
            f'    __import__("pytest").skip("no")\n{LAST}',
            f"{TRAP} is skipped on naive.py, but no program of the card is missing.",
        ),
        (
            "test_main.py",
            "def test_an_odd_number_has_a_half() ->",
            "def check_an_odd_number() ->",
            f"{TRAP} did not run on naive.py.",
        ),
        (
            "naive.py",
            "    return value",
            "    import os\n\n    os._exit(3)\n    return value",
            "on naive.py, the run of the tests died: "
            f"exit status 3 before its tests ended, in {TRAP}",
        ),
        (
            "lesson.toml",
            'tests = ["test_main.py::test_an_odd_number_has_a_half"]\nhints',
            'tests = ["test_main.py::test_an_even_number_has_a_half"]\nhints',
            f"{EXAMPLE}: no step has {TRAP}, a test of the trap.\n"
            f"{EXAMPLE}: the trap has not test_main.py::test_an_even_number_has_a_half, "
            "a test of a step.",
        ),
    ],
)
def test_a_trap_that_is_none_is_told(root: Path, file: str, old: str, new: str, fault: str) -> None:
    change(root / EXAMPLE / file, old, new)

    assert faults_of(root) == fault.splitlines()


@pytest.mark.parametrize(("table", "fault"), [("trap", "trap"), ("[steps]", "step")])
def test_an_example_has_a_trap_and_a_step(root: Path, table: str, fault: str) -> None:
    card = root / EXAMPLE / "lesson.toml"
    before, _, rest = card.read_text(encoding="utf-8").partition(f"[{table}]")
    _, bracket, after = rest.partition("\n[")
    write(card, f"{before.rstrip()}\n{bracket}{after}")

    assert f"{EXAMPLE}: the card has no {fault}." in incomplete_traps(Catalog(root))


def test_an_example_has_a_naive_way(root: Path) -> None:
    (root / EXAMPLE / "naive.py").unlink()

    assert faults_of(root) == ["naive.py is missing."]


FIXTURE = """

import pytest


@pytest.fixture(autouse=True)
def halves() -> None:
    half = import_module("main").half(3)
    assert half == 1.5, f"half of 3 is 1.5, and not {half}"
"""


def test_an_error_in_the_setup_of_a_test_is_no_trap(root: Path) -> None:
    change(root / TESTS, "import import_module\n", f"import import_module\n{FIXTURE}")

    found = faults_of(root)

    sentence = "AssertionError: half of 3 is 1.5, and not 1"
    assert f"{FAILS} in its setup, before or after the test itself: {sentence}" in found


def test_an_assert_of_a_module_that_only_tests_use_is_one_of_theirs(root: Path) -> None:
    helper = (
        'def check(half: float) -> None:\n    assert half == 1.5, "half of 3 is one and a half"\n'
    )
    write(root / EXAMPLE / "halves.py", helper)
    change(root / TESTS, LAST, f"    import_module('halves').check(half)\n{LAST}")

    assert faults_of(root) == []

    change(root / EXAMPLE / "naive.py", "app = ", "from halves import check\n\napp = ")
    sentence = "AssertionError: half of 3 is one and a half"
    assert faults_of(root) == [f"{FAILS} by an assert that is not in the tests: {sentence}"]


def test_a_test_may_be_skipped_where_its_program_is_missing(root: Path) -> None:
    change(root / TESTS, LAST, f'    __import__("pytest").skip("no")\n{LAST}')
    card = root / EXAMPLE / "lesson.toml"
    change(card, "\n[[introduces]]", '\n[programs]\nno-such-program = "none"\n\n[[introduces]]')

    assert faults_of(root) == []


def test_of_a_test_with_parameters_one_case_has_to_fail(root: Path) -> None:
    decorator = '@__import__("pytest").mark.parametrize("number", [4, 3])\n'
    change(
        root / TESTS, "def test_an_odd_number_has_a_half()", f"{decorator}def {TRAP[14:]}(number)"
    )
    change(
        root / TESTS,
        "half(3)\n    assert half == 1.5",
        "half(number)\n    assert half == number / 2",
    )

    assert faults_of(root) == []


def test_what_else_has_a_naive_form_is_put_in_place(root: Path) -> None:
    write(root / EXAMPLE / "Dockerfile", "right\n")
    write(root / EXAMPLE / "naive.Dockerfile", "naive\n")

    copy = naive_of(Catalog(root).find("56"), root.parent / "naive")

    assert (copy.folder / "Dockerfile").read_text(encoding="utf-8") == "naive\n"
    assert "//" in (copy.folder / "main.py").read_text(encoding="utf-8")
    assert not list(copy.folder.glob("naive*"))
