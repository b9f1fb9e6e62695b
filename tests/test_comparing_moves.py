"""What moved between two lessons is told as moved: files, and definitions from file to file."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.made_up import FIRST, SECOND, change, make_checkout, write
from tutor.catalog import Catalog
from tutor.comparing import Comparison, FileChange, compare
from tutor.comparing_lines import hunks, whole
from tutor.comparison_text import moved_names

if TYPE_CHECKING:
    from pathlib import Path

STAGES = Catalog().stages
NEXT_NUMBER = '''

def next_number() -> int:
    """Return a number that was never returned before."""
    return next(numbers)
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checkout(tmp_path).root


def compared(root: Path, old: str = "01", new: str = "02") -> dict[str, FileChange]:
    catalog = Catalog(root)
    found = compare(catalog.find(old), catalog.find(new), catalog)
    return {change.name: change for change in found.files}


def signed(found: FileChange) -> list[str]:
    lines = [line for hunk in found.hunks for line in hunk.lines]
    return [f"{line.sign}{line.text}" for line in lines if line.sign != " "]


def move_next_number(root: Path, text: str = NEXT_NUMBER, file: str = "counting.py") -> None:
    change(root / SECOND / "main.py", NEXT_NUMBER, "")
    write(root / SECOND / file, f'"""Counting."""\n\nfrom main import numbers\n{text}')


def test_a_file_under_another_name_is_moved_and_only_its_changes_are_shown(root: Path) -> None:
    text = (root / FIRST / "hello.py").read_text(encoding="utf-8") + "other = 1\n" * 4
    write(root / FIRST / "hello.py", text)
    (root / SECOND / "hello.py").unlink()
    write(root / SECOND / "app" / "hello.py", text.replace("Hello.", "Hi."))

    found = compared(root)

    assert "hello.py" not in found
    assert (found["app/hello.py"].status, found["app/hello.py"].was) == ("moved", "hello.py")
    assert signed(found["app/hello.py"]) == ['-"""Hello."""', '+"""Hi."""']


def test_a_file_that_went_and_an_unlike_one_that_came_are_not_the_same(root: Path) -> None:
    (root / SECOND / "hello.py").unlink()
    write(root / SECOND / "other.txt", "nothing\nof\nit\n")

    found = compared(root)

    assert found["hello.py"].status == "removed"
    assert found["other.txt"].status == "added"


def test_the_old_name_of_a_moved_file_can_be_asked_for(root: Path) -> None:
    (root / FIRST / "a.bin").write_bytes(b"\0\1")
    (root / SECOND / "b.bin").write_bytes(b"\0\1")
    catalog = Catalog(root)

    [found] = compare(catalog.find("01"), catalog.find("02"), catalog, wanted=["a.bin"]).files

    assert (found.name, found.was, found.status) == ("b.bin", "a.bin", "moved")


def test_a_definition_that_moved_unchanged_is_a_note_on_both_sides(root: Path) -> None:
    move_next_number(root)

    found = compared(root)

    assert list(moved_names(found["main.py"])) == ["moved to counting.py: next_number"]
    assert list(moved_names(found["counting.py"])) == ["moved from main.py: next_number"]
    assert signed(found["counting.py"]) == ['+"""Counting."""', "+", "+from main import numbers"]
    assert not any("next" in line for line in signed(found["main.py"]))


def test_of_a_definition_that_moved_only_what_changed_is_shown(root: Path) -> None:
    move_next_number(root, NEXT_NUMBER.replace("next(numbers)", "next(numbers) + 1"))

    found = compared(root)["counting.py"]
    moved = next(hunk for hunk in found.hunks if hunk.note)

    assert moved.note == "def next_number: moved from main.py, changed"
    assert moved.header == "@@ -9,3 +6,3 @@"
    assert list(moved_names(found)) == ["moved from main.py: next_number (changed)"]
    assert signed(found)[3:] == ["-    return next(numbers)", "+    return next(numbers) + 1"]


def test_what_changed_far_apart_in_a_moved_definition_is_noted_once(root: Path) -> None:
    long = NEXT_NUMBER + "".join(f"    value = {number}\n" for number in range(20))
    change(root / FIRST / "main.py", NEXT_NUMBER, long)
    move_next_number(root, long.replace("never", "not").replace("= 19", "= 20"))

    found = compared(root)["counting.py"]

    assert [bool(hunk.note) for hunk in found.hunks] == [False, True, False]


def test_comments_and_decorators_move_with_a_definition(root: Path) -> None:
    for stage in (FIRST, SECOND):
        change(root / stage / "main.py", "\n\ndef next_n", "\n\n# Why.\n@staticmethod\ndef next_n")
    change(root / SECOND / "main.py", NEXT_NUMBER.replace("def", "# Why.\n@staticmethod\ndef"), "")
    write(root / SECOND / "counting.py", NEXT_NUMBER.replace("def", "# Why.\n@staticmethod\ndef"))

    found = compared(root)

    assert signed(found["counting.py"]) == []
    assert not any("Why" in line or "staticmethod" in line for line in signed(found["main.py"]))


@pytest.mark.parametrize(
    "text",
    [
        "\n\ndef other_number() -> int:\n    return next(numbers)\n",
        "\n\nclass next_number:\n    pass\n",
        "\n\ndef next_number():\n" + "    while not (x := open('/')):\n        pass\n" * 9,
    ],
    ids=["another name", "another kind", "unlike"],
)
def test_a_definition_that_is_not_the_same_is_new(root: Path, text: str) -> None:
    move_next_number(root, text)

    found = compared(root)

    assert found["counting.py"].arrived == []
    assert "-    return next(numbers)" in signed(found["main.py"])


def test_a_definition_that_stayed_has_not_moved(root: Path) -> None:
    write(root / SECOND / "counting.py", NEXT_NUMBER)

    assert compared(root)["counting.py"].arrived == []


def test_variables_move_too_and_several_to_one_file_are_named_together(root: Path) -> None:
    change(root / SECOND / "main.py", "numbers = count(1)\n" + NEXT_NUMBER, "")
    write(root / SECOND / "counting.py", "numbers = count(1)\n" + NEXT_NUMBER)

    found = compared(root)["counting.py"]

    assert list(moved_names(found)) == ["moved from main.py: numbers, next_number"]


def test_one_line_alone_has_not_moved_whatever_its_name(root: Path) -> None:
    change(root / SECOND / "main.py", "numbers = count(1)\n", "")
    write(root / SECOND / "counting.py", "# From 1 on.\nnumbers = count(1)\n")

    found = compared(root)

    assert found["main.py"].left == []
    assert found["counting.py"].arrived == []


def test_a_definition_goes_to_the_likest_of_one_name(root: Path) -> None:
    write(root / SECOND / "a.py", NEXT_NUMBER.replace("that was never", "not ever ever"))
    move_next_number(root)

    found = compared(root)

    assert [move.name for move in found["counting.py"].arrived] == ["next_number"]
    assert found["a.py"].arrived == []


@pytest.mark.parametrize(
    "text", ["def (:\n", "x = 1; y = 2\n", "x = '\\d'\r\n", "(" * 5000, "a, b = 1, 2\n", "\f\n"]
)
def test_odd_modules_are_compared_all_the_same(root: Path, text: str) -> None:
    write(root / SECOND / "odd.py", text)

    assert compared(root)["odd.py"].count("+") == 1


def test_tests_do_not_take_parts_from_the_app(root: Path) -> None:
    change(root / SECOND / "main.py", NEXT_NUMBER, "")
    write(root / SECOND / "tests" / "test_counting.py", NEXT_NUMBER)
    catalog = Catalog(root)

    found = compare(catalog.find("01"), catalog.find("02"), catalog, tests=True)

    assert [change for change in found.files if change.arrived or change.left] == []


def test_both_texts_can_be_read_from_the_lines_that_tell_them_apart() -> None:
    for old, new in pairwise(STAGES):
        was, now = (
            (stage.folder / "README.md").read_text(encoding="utf-8").splitlines()
            for stage in (old, new)
        )
        lines = whole(was, now)
        assert [line.text for line in lines if line.sign != "+"] == was
        assert [line.text for line in lines if line.sign != "-"] == now
        assert [line.old for line in lines if line.old] == list(range(1, len(was) + 1))


def test_texts_that_are_the_same_have_no_hunks() -> None:
    assert hunks(["a", "", "b"], ["a", "", "b"]) == []


def definitions(found: Comparison, name: str) -> set[str]:
    text = (found.new.folder / name).read_text(encoding="utf-8")
    nodes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.parse(text).body if isinstance(node, nodes)}


def test_the_models_of_stage_02_have_moved_out_of_the_file_of_stage_01() -> None:
    catalog = Catalog()
    found = compare(catalog.find("01"), catalog.find("02"), catalog)
    models = next(change for change in found.files if change.name == "models.py")

    assert {"Task", "TaskCreate"} <= definitions(found, "models.py")
    assert {(move.name, move.source) for move in models.arrived} == {
        ("Task", "main.py"),
        ("TaskCreate", "main.py"),
    }


@pytest.mark.skipif(len(STAGES) < 3, reason="stage 03 is not here")
def test_the_package_of_stage_03_is_told_as_moved_from_the_files_of_stage_02() -> None:
    catalog = Catalog()
    found = compare(catalog.find("02"), catalog.find("03"), catalog)
    told = {change.name: change for change in found.files}

    assert told["app/schemas/tasks.py"].was == "models.py"
    assert told["app/errors.py"].was == "errors.py"
    routers = {(move.name, move.source) for move in told["app/routers/tasks.py"].arrived}
    assert {("create_task", "main.py"), ("delete_task", "main.py")} <= routers
    new_lines = sum(
        len((found.new.folder / name).read_text(encoding="utf-8").splitlines())
        for name in told
        if (found.new.folder / name).exists()
    )
    assert sum(change.count("+") for change in found.files) < new_lines / 2
