"""The guards of copies, budgets, ideas, versions and steps find what is wrong with a lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.guards.budget import long_functions, oversized_steps, unnamed_definitions
from tests.guards.copies import unexplained_changes
from tests.guards.ideas import ideas_out_of_place
from tests.guards.steps import unproven_steps
from tests.guards.versions import wrong_projects, wrong_versions
from tests.made_up import EXAMPLE, FIRST, SECOND, change, make_checkout, write
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from pathlib import Path

SNAPSHOT_TEST = """
from importlib import import_module

SNAPSHOT = "double"


def test_the_answer_is_the_one_that_was_agreed() -> None:
    assert import_module("main").double.__name__ == SNAPSHOT
"""
UNNAMED_TEST = """

def test_double_is_there() -> None:
    assert import_module("main").double
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checkout(tmp_path).root


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("hello.py", "Hello.", "Hi.", "hello.py differs from 01_one"),
        ("tests/new.py", "", "", "tests/new.py differs from 01_one"),
        ("pyproject.toml", "strict = true", "strict = false", "pyproject.toml differs"),
        ("lesson.toml", '"main.py" = ', '"hello.py" = "No."\n"main.py" = ', "is the same in"),
        ("lesson.toml", '"main.py" = ', '"gone.py" = "No."\n"main.py" = ', "is in neither stage"),
    ],
)
def test_a_copy_that_differs_is_explained(
    root: Path, file: str, old: str, new: str, fault: str
) -> None:
    path = root / SECOND / file
    if path.exists():
        change(path, old, new)
    else:
        write(path, new)

    [found] = unexplained_changes(Catalog(root))

    assert found.startswith(f"{SECOND}: ")
    assert fault in found


def test_a_file_that_a_stage_takes_away_is_explained(root: Path) -> None:
    (root / SECOND / "hello.py").unlink()

    [found] = unexplained_changes(Catalog(root))

    assert "hello.py differs from 01_one" in found


def test_a_file_that_moves_is_explained_where_it_is_now(root: Path) -> None:
    write(root / FIRST / "tests" / "test_old.py", "")
    write(root / SECOND / "tests" / "unit" / "test_old.py", "")

    [found] = unexplained_changes(Catalog(root))
    assert "tests/unit/test_old.py differs from 01_one" in found

    card = root / SECOND / "lesson.toml"
    change(card, '"main.py" = ', '"tests/unit/test_old.py" = "Moved."\n"main.py" = ')
    assert unexplained_changes(Catalog(root)) == []


def test_the_first_stage_explains_no_changes(root: Path) -> None:
    change(root / FIRST / "lesson.toml", "[[steps]]", '[changes]\n"main.py" = "?"\n\n[[steps]]')

    [found] = unexplained_changes(Catalog(root))

    assert "`changes` has to be empty" in found


def test_a_file_may_differ_by_name_version_and_dependencies_alone(root: Path) -> None:
    change(root / SECOND / "pyproject.toml", "dependencies = []", 'dependencies = ["fastapi"]')

    assert unexplained_changes(Catalog(root)) == []


def test_a_stage_stays_within_its_budget(root: Path) -> None:
    long = "".join(f"VALUE_{n} = {n}\n" for n in range(260))
    write(root / SECOND / "long.py", long)

    [found] = oversized_steps(Catalog(root))

    assert found == f"{SECOND}: adds 266 lines of app code; at most 250 are allowed."


def test_a_module_that_moved_or_was_split_is_not_new(root: Path) -> None:
    first, rest = ("".join(f"{name}_{n} = {n}\n" for n in range(200)) for name in "AB")
    write(root / FIRST / "values.py", first + rest)
    write(root / SECOND / "app" / "first.py", first)
    write(root / SECOND / "app" / "rest.py", f"{rest}NEW = 0\n")

    found = [each for each in oversized_steps(Catalog(root)) if each.startswith(SECOND)]
    assert found == []

    write(root / SECOND / "app" / "more.py", "".join(f"C_{n} = {n}\n" for n in range(250)))
    found = [each for each in oversized_steps(Catalog(root)) if each.startswith(SECOND)]
    assert found == [f"{SECOND}: adds 257 lines of app code; at most 250 are allowed."]


def test_a_step_stays_within_its_budget(root: Path) -> None:
    lines = "".join(f"    value += {n}\n" for n in range(160))
    change(root / SECOND / "main.py", "    return 2 * value\n", f"{lines}    return 2 * value\n")

    [found] = oversized_steps(Catalog(root))

    assert found == f"{SECOND}: the step 'Double' adds 163 lines, more than 150."


def test_tests_are_no_part_of_the_budget(root: Path) -> None:
    write(root / SECOND / "tests" / "long.py", "1\n" * 1000)

    assert oversized_steps(Catalog(root)) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("async def double", "THREE = 3\n\n\nasync def double", "THREE"),
        ("return next(numbers)", "return int(next(numbers))", "next_number"),
        ("async def double", "@object\nclass Other:\n    pass\n\n\nasync def double", "Other"),
        ("def next_number", "@object\ndef next_number", "next_number"),
        ("def next_number", "def next_number(): ...\n\n\ndef next_number", "next_number"),
    ],
)
def test_what_a_stage_adds_or_changes_is_in_a_step(
    root: Path, old: str, new: str, name: str
) -> None:
    change(root / SECOND / "main.py", old, new)

    [found] = unnamed_definitions(Catalog(root))

    assert found == f"{SECOND}: no step names main.py::{name}, which is new or changed."


@pytest.mark.parametrize(
    ("signs", "code"),
    [
        ('names = ["count"]', "from itertools import count\n"),
        ('names = ["double"]', "import numbers\n\nnumbers.double(1)\n"),
        ('names = ["double"]', "import numbers\n\ngetattr(numbers, 'double', None)\n"),
        ('names = ["twice"]', "def twice() -> None: ...\n"),
        ('names = ["Twice"]', "class Twice: ...\n"),
        ('modules = ["itertools"]', "import itertools.recipes\n"),
        ('modules = ["itertools"]', "from itertools import chain\n"),
        ('nodes = ["AsyncFunctionDef"]', "async def wait() -> None: ...\n"),
    ],
)
def test_an_idea_waits_for_its_stage(root: Path, signs: str, code: str) -> None:
    change(
        root / FIRST / "lesson.toml",
        'names = ["count"]\nmodules = ["itertools"]',
        'names = ["app"]',
    )
    change(root / SECOND / "lesson.toml", 'nodes = ["AsyncFunctionDef"]', signs)
    for stage in (FIRST, SECOND):
        change(root / stage / "main.py", "from itertools import count\n", "import builtins\n")
        change(root / stage / "main.py", "count(1)", "builtins.iter([1])")
    write(root / FIRST / "extra.py", code)
    write(root / SECOND / "extra.py", code)

    [found] = ideas_out_of_place(Catalog(root))

    assert found.startswith(f"{FIRST}/extra.py:")
    assert "belongs to the idea 'Waiting' of 02_two" in found


GIVEN = """nodes = ["AsyncFunctionDef"]

[introduces.given_in]
"01_one/main.py::early" = "There is no other way to write it."
"""
EARLY = """

async def early() -> None:
    await other()
"""


def test_an_idea_may_be_given_to_one_earlier_definition(root: Path) -> None:
    change(root / SECOND / "lesson.toml", 'nodes = ["AsyncFunctionDef"]', GIVEN)
    main = root / FIRST / "main.py"
    write(main, main.read_text(encoding="utf-8") + EARLY)

    assert ideas_out_of_place(Catalog(root)) == []

    write(main, main.read_text(encoding="utf-8") + EARLY.replace("early", "second"))
    [found] = ideas_out_of_place(Catalog(root))
    assert "AsyncFunctionDef belongs to the idea 'Waiting' of 02_two" in found
    assert found.startswith(
        f"{FIRST}/main.py:{main.read_text(encoding='utf-8').count(chr(10)) - 1}"
    )


def test_an_idea_is_given_only_where_it_is_used(root: Path) -> None:
    change(root / SECOND / "lesson.toml", 'nodes = ["AsyncFunctionDef"]', GIVEN)

    assert ideas_out_of_place(Catalog(root)) == [
        f"{SECOND}: 01_one/main.py::early does not use the idea 'Waiting' that it is given."
    ]


def test_tests_may_use_an_idea_early(root: Path) -> None:
    write(root / FIRST / "tests" / "test_early.py", "async def test_early() -> None: ...\n")

    assert ideas_out_of_place(Catalog(root)) == []


def test_a_stage_uses_each_idea_that_it_introduces(root: Path) -> None:
    change(root / SECOND / "lesson.toml", "AsyncFunctionDef", "AsyncWith")

    assert ideas_out_of_place(Catalog(root)) == [f"{SECOND}: it never uses its idea 'Waiting'."]


def test_an_example_uses_each_idea_that_it_introduces(root: Path) -> None:
    change(root / EXAMPLE / "main.py", " / ", " // ")
    change(root / EXAMPLE / "naive.py", " // ", " / ")

    assert ideas_out_of_place(Catalog(root)) == [f"{EXAMPLE}: it never uses its idea 'Division'."]

    write(root / EXAMPLE / "gunicorn_conf.py", "timeout = 60 / 2\n")
    assert ideas_out_of_place(Catalog(root)) == []


def test_examples_may_use_an_idea_of_another_lesson(root: Path) -> None:
    write(root / EXAMPLE / "halves.py", "async def half() -> None: ...\n")
    write(root / SECOND / "halves.py", "HALF = 1 / 2\n")

    assert ideas_out_of_place(Catalog(root)) == []


@pytest.mark.parametrize("lesson", [FIRST, EXAMPLE])
@pytest.mark.parametrize(
    ("lengths", "fault"),
    [
        ([25] * 4 + [8] * 5, None),
        ([9] * 9, "the median function has 9 lines; at most 8 are allowed."),
        ([26] * 3 + [2] * 6, "one function in ten has 26 lines or more; at most 25 are allowed."),
        ([99] + [2] * 12, None),
    ],
)
def test_functions_stay_short(
    root: Path, lesson: str, lengths: list[int], fault: str | None
) -> None:
    functions = ("def f() -> None:\n" + "    ...\n" * (length - 1) for length in lengths)
    write(root / lesson / "more.py", "".join(functions))
    write(root / lesson / "test_more.py", "def f() -> None:\n" + "    ...\n" * 100)

    assert long_functions(Catalog(root)) == ([f"{lesson}: {fault}"] if fault else [])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("example-56-three", "three", "the name is three, not example-56-three."),
        ("1.0.0", "0.1.0", "the version is 0.1.0, not 1.0.0."),
    ],
)
def test_an_example_is_a_project_named_after_its_folder(
    root: Path, old: str, new: str, fault: str
) -> None:
    change(root / EXAMPLE / "pyproject.toml", old, new)

    assert wrong_projects(Catalog(root)) == [f"{EXAMPLE}/pyproject.toml: {fault}"]


@pytest.mark.parametrize("file", ["pyproject.toml", "tests/openapi.json"])
def test_a_stage_bears_its_own_version(root: Path, file: str) -> None:
    change(root / SECOND / file, "0.2.0", "0.1.0")

    assert wrong_versions(Catalog(root)) == [f"{SECOND}/{file}: the version is 0.1.0, not 0.2.0."]


def test_a_step_is_proven_by_its_tests(root: Path) -> None:
    numbers = "tests/test_numbers.py"
    change(root / FIRST / "lesson.toml", "test_the_first_number_is_one", "test_hello_is_there")
    change(root / SECOND / numbers, "(2, 4)", "(2, 5)")
    write(root / SECOND / "tests" / "test_more.py", SNAPSHOT_TEST)
    change(root / SECOND / numbers, "import pytest\n", f"import pytest\n{UNNAMED_TEST}")

    assert unproven_steps(Catalog(root)) == [
        f"{FIRST}: the tests of the step 'Count' pass before anything is done.",
        f"{FIRST}: no step names {numbers}::test_the_first_number_is_one, "
        "which fails on the starter.",
        f"{SECOND}: {numbers}::test_double[2-5] fails on the answer.",
        f"{SECOND}: no step names {numbers}::test_double_is_there, which fails on the starter.",
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("raise ValueError", "tests/test_more.py, which fails on the starter."),
        ("def test_it(): __import__('os')._exit(3)", "died: exit status 3 before its tests ended"),
    ],
)
def test_tests_that_do_not_come_to_their_end_prove_nothing(
    root: Path, line: str, fault: str
) -> None:
    write(root / SECOND / "tests" / "test_more.py", f"{line}\n")

    found = unproven_steps(Catalog(root))

    assert any(each.startswith(f"{SECOND}: no step names {fault}") for each in found)
