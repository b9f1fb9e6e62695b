"""The guards of texts find what a table, a page or any committed file says wrong."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.guards.mentions import unknown_commands, unknown_files_named
from tests.guards.tables import END, EXAMPLES_PAGE, STAGES_PAGE, stale_tables, tables
from tests.guards.text import long_files, loose_locks, stored_outputs, unclean_texts
from tests.made_up import EXAMPLE, FIRST, SECOND, change, make_checkout, write
from tutor.catalog import ROOT, Catalog

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = {"run": {"--port", "-h"}, "test": {"--json"}, "show": {"--json"}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checkout(tmp_path).root


@pytest.mark.parametrize(
    ("page", "old", "new"),
    [
        (STAGES_PAGE, "| 10 |\n| 02", "| 11 |\n| 02"),
        (STAGES_PAGE, "| 01 |", "| 03 |"),
        (STAGES_PAGE, "[Two]", "[Too]"),
        (STAGES_PAGE, "One advanced example stands", "2 advanced examples stand"),
        (EXAMPLES_PAGE, "| 56 |", "| 57 |"),
        (EXAMPLES_PAGE, "Half of an odd", "Half of an even"),
        (EXAMPLES_PAGE, "| — |", "| redis |"),
    ],
)
def test_the_table_of_lessons_is_what_the_cards_say(
    root: Path, page: str, old: str, new: str
) -> None:
    change(root / page, old, new)

    [found] = stale_tables(Catalog(root))

    assert found.startswith(f"{page}:3: the table of lessons is not what the cards say.")


@pytest.mark.parametrize("page", [STAGES_PAGE, EXAMPLES_PAGE])
def test_a_readme_without_a_place_for_the_table_is_reported(root: Path, page: str) -> None:
    change(root / page, END, "")

    [found] = stale_tables(Catalog(root))

    assert found.startswith(f"{page}: ")
    assert "are missing" in found


def test_the_table_names_what_an_example_needs(root: Path) -> None:
    needs = 'needs = ["redis"]\n\n[programs]\npromtool = "prometheus"\n\n[[introduces]]'
    change(root / EXAMPLE / "lesson.toml", "\n[[introduces]]", needs)

    assert "| redis, prometheus | 10 |" in tables(Catalog(root))[EXAMPLES_PAGE]


def test_the_command_that_is_named_prints_the_tables() -> None:
    command = [sys.executable, "-m", "tests.guards"]

    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8")

    found = [f"{page}:\n\n{table}\n\n" for page, table in tables(Catalog()).items()]
    assert printed.stdout == "".join(found)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", f"{SECOND}/README.md"])
@pytest.mark.parametrize(
    "named",
    [
        "`gone.py`",
        "`tests/gone.py`",
        "`gone/`",
        "`main.py::gone`",
        "[it](gone.md)",
        "[it](gone)",
        "[`main.py`](gone.md#part)",
    ],
)
def test_a_file_that_a_page_names_exists(root: Path, page: str, named: str) -> None:
    write(root / page, f"# Title\n\nSee {named}.\n")

    [found] = unknown_files_named(Catalog(root))

    assert found.startswith(f"{page}:3: ")
    assert found.endswith(" does not exist.")


@pytest.mark.parametrize(
    "named",
    [
        "`main.py`, `tests/test_numbers.py`, `tests/`, `main.py::double`",
        "`tutor/display.py`, `stages/01_one/main.py`",
        "[one](../01_one/main.py), [here](#title), [there](https://example.org/gone.md)",
        "`/openapi.json`, `stages/NN_name/lesson.toml`, `.made/by/reader.json`, `W/`",
        "\n\n```text\n`gone.py`\n```\n",
    ],
)
def test_a_file_that_is_there_may_be_named(root: Path, named: str) -> None:
    write(root / ".gitignore", ".made/\n")
    write(root / SECOND / "README.md", f"# Title\n\nSee {named}\n")

    assert unknown_files_named(Catalog(root)) == []


def test_a_file_that_a_card_names_exists(root: Path) -> None:
    change(root / SECOND / "lesson.toml", "In `main.py`", "In `gone.py`")

    [found] = unknown_files_named(Catalog(root))

    assert "lesson.toml" in found
    assert "gone.py does not exist." in found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("`tutor_cli bake 01`", "there is no command `tutor_cli bake`."),
        ("`python3 tutor_cli.py bake`", "there is no command `tutor_cli bake`."),
        ("`tutor_cli run 01 --color=no`", "`tutor_cli run` has no option --color."),
        ("`tutor_cli run -x 01`", "`tutor_cli run` has no option -x."),
        ("```console\n$ tutor_cli bake\n```", "there is no command `tutor_cli bake`."),
    ],
)
def test_a_command_that_a_page_names_exists(root: Path, text: str, fault: str) -> None:
    write(root / SECOND / "README.md", f"Type {text}\n")

    [found] = unknown_commands(Catalog(root), COMMANDS)

    assert found.endswith(fault)


def test_arguments_for_pytest_are_not_options_of_the_tool(root: Path) -> None:
    write(root / SECOND / "README.md", "`tutor_cli test 01 -- -x --lf`, `tutor_cli run --port 1`\n")

    assert unknown_commands(Catalog(root), COMMANDS) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("/".join(["see", "home", "ann", "x\n"]).replace("see", "see "), "a path of one machine"),
        ("".join(["https://py", "pi.org/simple\n"]), "the host of a package registry"),
        ("".join(["pip install --extra-index", "-url x\n"]), "an option for a package index"),
        ("".join(['{"resolved"', ': "https://example.org"}\n']), "a resolved address"),
        ("one\r\ntwo\r\n", "line ends other than LF"),
        ("one", "exactly one line end"),
        ("one\n\n", "exactly one line end"),
    ],
)
def test_what_is_committed_is_clean(root: Path, content: str, fault: str) -> None:
    write(root / "notes.txt", content)

    [found] = unclean_texts(Catalog(root))

    assert found.startswith("notes.txt:")
    assert fault in found


def test_a_picture_is_no_text(root: Path) -> None:
    (root / "picture.png").write_bytes(b"\x89PNG\r\n\0\xff")

    assert unclean_texts(Catalog(root)) == []


@pytest.mark.parametrize(
    "line", ["loose>=1", "loose==1", "loose==1 \\\n    --hash=md5:00", "loose @ file:///x.whl"]
)
def test_a_lock_pins_everything_with_hashes(root: Path, line: str) -> None:
    path = root / "some.lock"
    write(path, path.read_text() + line + "\n")

    faults = loose_locks(Catalog(root))

    assert any(fault.startswith("some.lock: not pinned with hashes: loose") for fault in faults)


def test_a_lock_names_no_host(root: Path) -> None:
    write(root / "some.lock", "# from https://example.org\n")

    assert loose_locks(Catalog(root)) == ["some.lock: names a host."]


def test_a_lesson_locks_the_versions_that_its_tests_run_with(root: Path) -> None:
    pins = [f"{name}==1.0 --hash=sha256:{'0' * 64}\n" for name in ("one", "two")]
    write(root / "requirements.lock", "".join(pins))
    write(root / FIRST / "requirements.lock", pins[0] + pins[1].replace("1.0", "1.1"))

    assert loose_locks(Catalog(root)) == [
        f"{FIRST}/requirements.lock: two==1.1 is not in requirements.lock of the root."
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [('"outputs": []', '"outputs": [{}]'), ('"execution_count": null', '"execution_count": 1')],
)
def test_a_notebook_is_committed_without_results(root: Path, old: str, new: str) -> None:
    change(root / FIRST / "walkthrough.ipynb", old, new)

    assert stored_outputs(Catalog(root)) == [
        f"{FIRST}/walkthrough.ipynb: cell 1 holds the result of a run."
    ]


@pytest.mark.parametrize(
    ("file", "most"),
    [("tutor/display.py", 300), ("tutor_cli.py", 300), (f"{FIRST}/tests/test_numbers.py", 150)],
)
def test_files_stay_short(root: Path, file: str, most: int) -> None:
    write(root / file, "1\n" * most)
    assert long_files(Catalog(root)) == []

    write(root / file, "1\n" * (most + 1))
    assert long_files(Catalog(root)) == [f"{file}: has {most + 1} lines, more than {most}."]
