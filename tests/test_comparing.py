"""Two lessons are compared file by file: what is told, left out, and said of odd files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.made_up import FIRST, SECOND, change, make_checkout, write
from tutor.catalog import Catalog
from tutor.comparing import Comparison, FileChange, compare
from tutor.comparison_text import dependencies_sentence, remarks, whys
from tutor.errors import MisuseError, TutorError
from tutor.lesson_files import LessonFile

if TYPE_CHECKING:
    from pathlib import Path

THIRD = "stages/03_three"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checkout(tmp_path).root


def compared(root: Path, old: str, new: str, *wanted: str, tests: bool = False) -> Comparison:
    catalog = Catalog(root)
    return compare(catalog.find(old), catalog.find(new), catalog, wanted=wanted, tests=tests)


def only(found: Comparison) -> FileChange:
    [change] = found.files
    return change


def named(found: Comparison, name: str) -> FileChange:
    return next(change for change in found.files if change.name == name)


def signed(found: FileChange) -> list[str]:
    lines = [line for hunk in found.hunks for line in hunk.lines]
    return [f"{line.sign}{line.text}" for line in lines if line.sign != " "]


def add_third_stage(root: Path, changes: str) -> None:
    shutil.copytree(root / SECOND, root / THIRD)
    card = root / THIRD / "lesson.toml"
    text = card.read_text(encoding="utf-8")
    start, end = text.index("[changes]"), text.index("[[introduces]]")
    write(card, text[:start] + f"[changes]\n{changes}\n\n" + text[end:].replace("Waiting", "Three"))


def add_example(root: Path, files: dict[str, str]) -> None:
    card = (root / FIRST / "lesson.toml").read_text(encoding="utf-8")
    for name, text in ({"lesson.toml": card} | files).items():
        write(root / "examples" / "51_small" / name, text)


def test_a_changed_file_has_its_lines_and_the_reason_of_the_card(root: Path) -> None:
    found = named(compared(root, "01", "02"), "main.py")

    assert found.status == "changed"
    assert [(why.lesson, why.text) for why in found.whys] == [("02_two", "It doubles.")]
    assert "+async def double(value: int) -> int:" in signed(found)
    assert '-app = ("numbers", "0.1.0")' in signed(found)
    assert (found.count("+"), found.count("-")) == (6, 1)


def test_a_hunk_says_where_its_lines_are(root: Path) -> None:
    lines = [f"{number}\n" for number in range(1, 31)]
    write(root / FIRST / "odd.txt", "".join(lines))
    write(root / SECOND / "odd.txt", "".join(["0\n", *lines[:19], *lines[20:]]))

    hunks = only(compared(root, "01", "02", "odd.txt")).hunks

    assert [hunk.header for hunk in hunks] == ["@@ -1,3 +1,4 @@", "@@ -17,7 +18,6 @@"]


def test_files_that_are_the_same_in_both_are_not_told(root: Path) -> None:
    assert "hello.py" not in {change.name for change in compared(root, "01", "02").files}


@pytest.mark.parametrize(("old", "new", "status"), [("01", "02", "added"), ("02", "01", "removed")])
def test_a_new_file_seen_backward_is_removed(root: Path, old: str, new: str, status: str) -> None:
    write(root / SECOND / "extra.txt", "one\ntwo\n")

    found = named(compared(root, old, new), "extra.txt")

    sign = "+" if status == "added" else "-"
    assert found.status == status
    assert signed(found) == [f"{sign}one", f"{sign}two"]


def test_new_ideas_are_those_of_every_stage_on_the_way(root: Path) -> None:
    add_third_stage(root, '"main.py" = "More."')

    assert compared(root, "01", "03").ideas == ["Waiting", "Three"]
    assert compared(root, "02", "03").ideas == ["Three"]


def test_backward_the_ideas_are_left_behind(root: Path) -> None:
    found = compared(root, "02", "01")

    assert found.ideas == []
    assert found.gone_ideas == ["Waiting"]


def test_reasons_come_from_every_stage_on_the_way_in_order(root: Path) -> None:
    add_third_stage(root, '"main.py" = "It triples."')
    change(root / THIRD / "main.py", "2 * value", "3 * value")

    for old, new, said in (("01", "03", "{}"), ("03", "01", "On the way forward ({})")):
        found = compared(root, old, new)
        assert whys(named(found, "main.py"), found) == [
            f"{said.format('02_two')}: It doubles.",
            f"{said.format('03_three')}: It triples.",
        ]


@pytest.mark.parametrize(("old", "new"), [("01", "03"), ("03", "01")])
def test_a_file_is_followed_through_its_renames(root: Path, old: str, new: str) -> None:
    add_third_stage(root, '"app/data.py" = "From `model.py`."')
    text = "".join(f"{name} = 1\n" for name in "abcdef")
    write(root / SECOND / "model.py", text)
    change(root / SECOND / "lesson.toml", "[changes]\n", '[changes]\n"model.py" = "The data."\n')
    write(root / THIRD / "app" / "data.py", f"{text}g = 1\n")

    reasons = named(compared(root, old, new), "app/data.py").whys

    assert [(why.lesson, why.text) for why in reasons] == [
        ("02_two", "The data."),
        ("03_three", "From `model.py`."),
    ]


def test_a_stage_that_needs_other_packages_says_so_where_its_card_does_not(root: Path) -> None:
    add_third_stage(root, '"pyproject.toml" = "Served otherwise."')
    change(root / SECOND / "pyproject.toml", "dependencies = []", 'dependencies = ["rich>=15"]')

    found = compared(root, "01", "03")

    assert whys(named(found, "pyproject.toml"), found) == [
        "02_two: Needs rich>=15.",
        "03_three: Served otherwise.",
    ]


def test_a_reason_read_backward_is_said_to_be_for_the_way_forward(root: Path) -> None:
    found = compared(root, "02", "01")

    assert found.backward
    assert whys(named(found, "main.py"), found) == ["On the way forward (02_two): It doubles."]


def test_a_missing_reason_is_said_and_not_invented(root: Path) -> None:
    change(root / SECOND / "hello.py", "Hello.", "Hi.")
    found = compared(root, "01", "02")

    assert named(found, "hello.py").whys == []
    assert whys(named(found, "hello.py"), found) == [
        "No reason is given in stages/02_two/lesson.toml."
    ]


def test_a_file_that_differs_by_the_version_alone_says_so(root: Path) -> None:
    change(root / SECOND / "main.py", "async def double", "def double")
    for stage, version in ((FIRST, "0.1.0"), (SECOND, "0.2.0")):
        write(root / stage / "about.py", f'VERSION = "{version}"\n')
    found = compared(root, "01", "02", "about.py")

    assert whys(only(found), found) == ["Only the version differs."]


def test_every_lesson_has_a_project_of_its_own(root: Path) -> None:
    found = compared(root, "01", "02")

    assert whys(named(found, "pyproject.toml"), found) == [
        "Each lesson has a name, a version and dependencies of its own."
    ]


def test_between_other_lessons_the_ideas_are_those_of_the_second(root: Path) -> None:
    add_example(root, {"main.py": "app = 1\n"})
    found = compared(root, "02", "51")

    assert found.ideas == ["Counting"]
    assert whys(named(found, "main.py"), found) == []
    assert any("no reasons are given" in sentence for sentence in remarks(found))


def test_a_lesson_compared_with_itself_is_the_same_lesson(root: Path) -> None:
    found = compared(root, "02", "02")

    assert found.is_same_lesson
    assert (found.files, found.ideas, found.tests_left_out) == ([], [], 0)


def test_tests_and_texts_are_left_out_and_counted(root: Path) -> None:
    write(root / SECOND / "README.md", "# Another lesson\n")
    found = compared(root, "01", "02")

    assert {change.name for change in found.files} == {"main.py", "pyproject.toml"}
    assert found.tests_left_out == 2
    assert found.texts_left_out == ["README.md"]
    assert len(list(remarks(found))) == 2


def test_tests_are_shown_when_asked_for(root: Path) -> None:
    found = compared(root, "01", "02", tests=True)

    assert {"tests/test_numbers.py", "tests/openapi.json"} < {change.name for change in found.files}
    assert found.tests_left_out == 0


@pytest.mark.parametrize(
    "wanted", ["main.py", "./main.py", "m*.py", f"{SECOND}/main.py", f"{FIRST}\\main.py"]
)
def test_a_file_can_be_chosen_by_name_and_pattern(root: Path, wanted: str) -> None:
    assert only(compared(root, "01", "02", wanted)).name == "main.py"


def test_several_files_can_be_chosen_also_tests(root: Path) -> None:
    found = compared(root, "01", "02", "pyproject.toml", "test_numbers.py")

    assert [change.name for change in found.files] == ["pyproject.toml", "tests/test_numbers.py"]


def test_a_name_means_a_deeper_file_only_where_there_is_none_of_that_name(root: Path) -> None:
    write(root / SECOND / "app" / "main.py", "x = 1\n")
    write(root / SECOND / "app" / "deep.py", "x = 1\n")

    assert only(compared(root, "01", "02", "main.py")).name == "main.py"
    assert only(compared(root, "01", "02", "deep.py")).name == "app/deep.py"
    assert len(compared(root, "01", "02", "app/*").files) == 2


def test_a_chosen_file_that_is_the_same_in_both_is_named(root: Path) -> None:
    found = compared(root, "01", "02", "hello.py")

    assert found.files == []
    assert list(remarks(found)) == ["hello.py is the same in both."]


@pytest.mark.parametrize(
    ("wanted", "way_out"),
    [
        ("mian.py", "Did you mean main.py"),
        ("zzzz", "`tutor_cli diff 01 02 --stat` shows"),
        ("", "`tutor_cli diff 01 02 --stat` shows"),
    ],
)
def test_an_unknown_file_is_a_misuse_that_names_the_nearest(
    root: Path, wanted: str, way_out: str
) -> None:
    with pytest.raises(MisuseError) as caught:
        compared(root, "01", "02", wanted)

    assert caught.value.what == f"Neither lesson has a file {wanted!r}."
    assert caught.value.way_out.startswith(way_out)


def test_no_more_than_three_names_are_guessed(root: Path) -> None:
    for number in range(9):
        write(root / SECOND / f"part_{number}.py", "x = 1\n")
        write(root / SECOND / f"deep_{number}" / "part_x.txt", "x = 1\n")

    with pytest.raises(MisuseError) as caught:
        compared(root, "01", "02", "part_x.py")

    assert caught.value.way_out.count("part_") == 3


@pytest.mark.parametrize("wanted", ["lesson.toml", f"{SECOND}/lesson.toml"])
def test_a_card_is_not_compared_and_that_is_said(root: Path, wanted: str) -> None:
    with pytest.raises(MisuseError) as caught:
        compared(root, "01", "02", wanted)

    assert caught.value.what == "lesson.toml is a lesson's card: it is not compared."


@pytest.mark.parametrize("wanted", ["app", "app/", f"{SECOND}/app"])
def test_a_folder_means_all_files_below_it(root: Path, wanted: str) -> None:
    for name in ("one.py", "deep/two.py", "app.py"):
        write(root / SECOND / "app" / name, "x = 1\n")
    write(root / SECOND / "apple.py", "x = 1\n")

    names = {change.name for change in compared(root, "01", "02", wanted).files}

    assert names == {"app/one.py", "app/deep/two.py", "app/app.py"}


@pytest.mark.parametrize(("stage", "told"), [(FIRST, "removed"), (SECOND, "new")])
def test_a_module_that_cannot_be_parsed_is_said(root: Path, stage: str, told: str) -> None:
    write(root / stage / "main.py", "x = 1\ndef broken(:\n")

    assert named(compared(root, "01", "02"), "main.py").notes == [
        f"main.py cannot be parsed (line 2), so what moved in it is shown as {told}."
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[changes]", "[changes", r" is not valid TOML: "),
        ('idea = "Waiting"', "", r": missing: introduces\.0\.idea\."),
        ("[changes]", "changes = 1\n[other]", r": changes: "),
        ("[[introduces]]", "[introduces]", r": introduces: "),
    ],
)
def test_a_card_that_cannot_be_used_is_one_sentence(
    root: Path, old: str, new: str, said: str
) -> None:
    change(root / SECOND / "lesson.toml", old, new)

    with pytest.raises(TutorError, match=rf"^stages/02_two/lesson\.toml{said}"):
        compared(root, "01", "02")


def test_what_a_lesson_depends_on_is_compared_group_by_group(root: Path) -> None:
    change(root / FIRST / "pyproject.toml", "dependencies = []", 'dependencies = ["a>1", "B"]')
    groups = (
        'dependencies = ["c[x]", "b"]\n\n[dependency-groups]\ntest = ["t", {include-group="u"}]'
    )
    change(root / SECOND / "pyproject.toml", "dependencies = []", groups)
    found = compared(root, "01", "02").dependencies

    assert [(each.group, each.old, each.new) for each in found] == [
        ("", "a>1", ""),
        ("", "B", "b"),
        ("", "", "c[x]"),
        ("test", "", "t"),
    ]
    assert dependencies_sentence(found) == (
        "New dependencies: c[x], t. Dependencies no longer needed: a>1. "
        "Dependencies changed: B → b."
    )


def test_a_broken_project_is_one_sentence(root: Path) -> None:
    write(root / SECOND / "pyproject.toml", "[project")

    with pytest.raises(TutorError, match=r"stages/02_two/pyproject\.toml cannot be read"):
        compared(root, "01", "02")


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (b"\0ab", b"\0abcd", "A binary file, 3 bytes → 5 bytes: its lines are not compared."),
        (None, b"\0ab", "A binary file, 3 bytes: its lines are not compared."),
        (b"a\n", b"a\n" * 600_000, "A large file, 2 bytes → 1,200,000 bytes: its lines are not"),
        (b"a\n", b"a\r\n", "Line ends: LF → CRLF."),
        (b"a\n", b"a", "Line end after the last line: yes → no."),
        (None, bytes(range(1, 256)), "A binary file, 255 bytes: its lines are not compared."),
        (b"a\n", "é\n".encode("latin-1"), "Not valid UTF-8: read as Latin-1."),
        (b"a\n", b"\xef\xbb\xbfa\n", "Encoding: utf-8 → utf-8-sig."),
        (b"a\n", "a\n".encode("utf-16"), "Encoding: utf-8 → utf-16."),
        (None, b"", "An empty file."),
    ],
)
def test_what_lines_cannot_show_is_said(
    root: Path, old: bytes | None, new: bytes, note: str
) -> None:
    for stage, content in ((FIRST, old), (SECOND, new)):
        if content is not None:
            (root / stage / "odd.txt").write_bytes(content)

    assert any(said.startswith(note) for said in only(compared(root, "01", "02", "odd.txt")).notes)


def test_line_ends_alone_change_no_line(root: Path) -> None:
    (root / FIRST / "odd.txt").write_bytes(b"a\nb\n")
    (root / SECOND / "odd.txt").write_bytes(b"a\r\nb\r\n")

    assert signed(only(compared(root, "01", "02", "odd.txt"))) == []


def test_a_module_is_read_in_the_encoding_that_it_names(root: Path) -> None:
    text = '# coding: cp1252\nPRICE = "5 €"\n'
    (root / SECOND / "odd.py").write_bytes(text.encode("cp1252"))

    assert '+PRICE = "5 €"' in signed(only(compared(root, "01", "02", "odd.py")))


def test_a_link_is_compared_by_where_it_points(root: Path) -> None:
    for stage, target in ((FIRST, "main.py"), (SECOND, "hello.py")):
        (root / stage / "link.py").symlink_to(target)
    (root / SECOND / "folder").symlink_to(root)

    found = compared(root, "01", "02", "link.py", "folder")

    assert signed(named(found, "link.py")) == ["-link to main.py", "+link to hello.py"]
    assert signed(named(found, "folder")) == [f"+link to {root.as_posix()}"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_named_pipe_is_no_file_of_a_lesson(root: Path) -> None:
    os.mkfifo(root / SECOND / "pipe")

    assert "pipe" not in {change.name for change in compared(root, "01", "02").files}


def test_a_file_that_cannot_be_read_is_a_sentence(root: Path) -> None:
    file = LessonFile("gone.py", root / SECOND / "gone.py")

    with pytest.raises(TutorError, match=r"gone\.py cannot be read: No such file"):
        _ = file.lines


def test_what_tools_leave_behind_is_no_file_of_a_lesson(root: Path) -> None:
    for name in ("__pycache__/main.pyc", ".pytest_cache/x", "app/__pycache__/y", ".DS_Store"):
        write(root / SECOND / name, "x")

    assert {change.name for change in compared(root, "01", "02").files} == {
        "main.py",
        "pyproject.toml",
    }


def test_a_workflow_is_a_file_of_a_lesson(root: Path) -> None:
    write(root / SECOND / ".github" / "workflows" / "tests.yml", "x")

    names = {change.name for change in compared(root, "01", "02").files}

    assert ".github/workflows/tests.yml" in names


def test_what_git_ignores_is_no_file_of_a_lesson(root: Path) -> None:
    write(root / ".gitignore", "*.db\n")
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not here; Debian's package is called git")
    subprocess.run([git, "init", "--quiet"], cwd=root, check=True)
    write(root / SECOND / "tasks.db", "x")
    write(root / SECOND / "new.txt", "x\n")

    names = {change.name for change in compared(root, "01", "02").files}

    assert names == {"main.py", "new.txt", "pyproject.toml"}


def notebook(*cells: tuple[str, str, str]) -> str:
    return json.dumps(
        {"cells": [{"cell_type": k, "id": i, "source": s.splitlines(True)} for k, i, s in cells]}
    )


def notes_and_lines(found: FileChange) -> list[tuple[str, list[str]]]:
    return [(hunk.note, [f"{line.sign}{line.text}" for line in hunk.lines]) for hunk in found.hunks]


@pytest.mark.parametrize("ids", [("a", "b", "d"), ("e", "f", "g"), ("", "", "")])
def test_notebooks_are_compared_cell_by_cell(root: Path, ids: tuple[str, ...]) -> None:
    old = [("markdown", "a", "# One"), ("code", "b", "x = 1\nprint(x)"), ("code", "c", "gone()")]
    texts = [("markdown", "# One"), ("code", "x = 2\nprint(x)"), ("code", "added()")]
    new = [(kind, name, text) for name, (kind, text) in zip(ids, texts, strict=True)]
    new = [new[2], *new[:2]]
    write(root / FIRST / "walkthrough.ipynb", notebook(*old))
    write(root / SECOND / "walkthrough.ipynb", notebook(*new))

    found = only(compared(root, "01", "02", "walkthrough.ipynb"))

    assert notes_and_lines(found) == [
        ("Cell 1 (code): new", ["+added()"]),
        ("Cell 3 (code): changed", ["-x = 1", "+x = 2", " print(x)"]),
        ("Cell 3 (code): removed", ["-gone()"]),
    ]


def test_a_cell_of_another_kind_has_changed(root: Path) -> None:
    write(root / FIRST / "walkthrough.ipynb", notebook(("code", "a", "one")))
    write(root / SECOND / "walkthrough.ipynb", notebook(("markdown", "a", "one")))

    [hunk] = only(compared(root, "01", "02", "walkthrough.ipynb")).hunks

    assert (hunk.note, hunk.lines) == ("Cell 1 (code → markdown): changed", ())


def test_cells_of_different_kinds_are_not_the_same_one(root: Path) -> None:
    write(root / FIRST / "walkthrough.ipynb", notebook(("code", "a", "one two three")))
    write(root / SECOND / "walkthrough.ipynb", notebook(("markdown", "b", "one two three.")))

    hunks = only(compared(root, "01", "02", "walkthrough.ipynb")).hunks

    assert [hunk.note for hunk in hunks] == ["Cell 1 (markdown): new", "Cell 1 (code): removed"]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 1}', '{"cells": [{}]}'])
def test_a_broken_notebook_is_compared_as_text(root: Path, text: str) -> None:
    write(root / SECOND / "walkthrough.ipynb", f"{text}\n")

    found = only(compared(root, "01", "02", "walkthrough.ipynb"))

    assert found.notes == ["A notebook that cannot be read: compared as text."]
    assert '- "cells": [' in signed(found)
