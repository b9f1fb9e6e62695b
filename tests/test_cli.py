"""The command line as a person types it: in a checkout of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from tests.checkout import copy_checkout
from tutor.catalog import ROOT, Catalog

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [lesson.name for lesson in Catalog().lessons]
PYTHON = "python" if sys.platform == "win32" else "python3"
HEAVY = {"fastapi", "starlette", "pydantic", "pytest", "uvicorn", "rich", "sqlalchemy", "asyncio"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout that a test may break."""
    folder = tmp_path_factory.mktemp("checkout") / "workbook"
    copy_checkout(ROOT, folder)
    return folder


def tutor_cli(
    checkout: Path, *arguments: str, columns: int = 100, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in `checkout` with this interpreter, away from any terminal."""
    return subprocess.run(
        [sys.executable, "tutor_cli.py", *arguments],
        cwd=checkout,
        env=os.environ
        | {"TUTOR_ENVIRONMENT_READY": "1", "COLUMNS": str(columns), "PYTHONUTF8": "1"}
        | {"PATH": os.defpath}
        | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_help_names_every_command_and_loads_nothing_heavy(checkout: Path) -> None:
    program = "import sys, tutor_cli; sys.argv = ['tutor_cli', '--help']; tutor_cli.app()"
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for command in ("list", "show", "run", "test", "diff", "bench", "notebook", "doctor"):
        assert f"  {command} " in result.stdout
    lines = (line for line in result.stderr.splitlines() if line.startswith("import time:"))
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert "typer" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("columns", [60, 100])
def test_list_names_every_lesson_within_the_terminal(checkout: Path, columns: int) -> None:
    result = tutor_cli(checkout, "list", columns=columns)
    assert result.returncode == 0, result.stderr
    for name in NAMES:
        assert name in result.stdout
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= columns


def test_list_as_json_is_what_the_cards_say(checkout: Path) -> None:
    listed = json.loads(tutor_cli(checkout, "list", "--json").stdout)
    assert [lesson["name"] for lesson in listed] == NAMES
    assert listed[0]["path"] == "stages/01_basics"
    assert listed[0]["serve"] == "main:app"


def test_show_prints_the_lessons_text(checkout: Path) -> None:
    result = tutor_cli(checkout, "show", "basics")
    assert result.returncode == 0, result.stderr
    for heading in ("What you will learn", "By hand", "Check yourself"):
        assert heading in result.stdout


def test_a_wrong_lesson_is_one_sentence_and_the_nearest_name(checkout: Path) -> None:
    result = tutor_cli(checkout, "show", "valdation")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "Error: There is no lesson 'valdation'.",
        f"Did you mean 02_validation? See all of them with: {PYTHON} tutor_cli.py list",
    ]


def test_hints_name_the_short_command_once_it_is_on_the_path(
    checkout: Path, tmp_path: Path
) -> None:
    launcher = tmp_path / ("tutor_cli.bat" if sys.platform == "win32" else "tutor_cli")
    launcher.write_text("", encoding="utf-8")
    launcher.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    result = tutor_cli(checkout, "show", "xyzzy", PATH=path)
    assert result.stderr.splitlines()[1] == "See all of them with: tutor_cli list"


@pytest.mark.parametrize("short", [False, True])
def test_the_usage_names_the_command_as_it_is_typed(
    checkout: Path, tmp_path: Path, *, short: bool
) -> None:
    launcher = tmp_path / ("tutor_cli.bat" if sys.platform == "win32" else "tutor_cli")
    launcher.write_text("", encoding="utf-8")
    launcher.chmod(0o755)
    path = os.pathsep.join([*([str(tmp_path)] if short else []), os.defpath])
    result = tutor_cli(checkout, "show", PATH=path)
    typed = "tutor_cli" if short else f"{PYTHON} tutor_cli.py"
    assert result.returncode == 2
    assert result.stderr.startswith(f"Usage: {typed} show ")


def test_a_wrong_command_names_the_nearest(checkout: Path) -> None:
    result = tutor_cli(checkout, "tset", "01")
    assert result.returncode == 2
    assert "Did you mean 'test'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_broken_card_is_one_sentence(checkout: Path) -> None:
    card = checkout / "stages" / "01_basics" / "lesson.toml"
    kept = card.read_text(encoding="utf-8")
    card.write_text("format = 2\n", encoding="utf-8")
    try:
        result = tutor_cli(checkout, "list")
    finally:
        card.write_text(kept, encoding="utf-8")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: stages/01_basics/lesson.toml: missing: title, ")
    assert "format: " in result.stderr
    assert "Traceback" not in result.stderr


def test_what_breaks_every_test_in_the_same_way_is_shown_once(checkout: Path) -> None:
    main = checkout / "stages" / "01_basics" / "main.py"
    kept = main.read_text(encoding="utf-8")
    main.write_text(kept.replace("lock = Lock()", "lock = Lokc()"), encoding="utf-8")
    try:
        result = tutor_cli(checkout, "test", "01")
    finally:
        main.write_text(kept, encoding="utf-8")
    assert result.returncode == 1
    assert result.stdout.count("name 'Lokc' is not defined") == 1
    assert "more failed at the same place" in result.stdout
    assert len(result.stdout.splitlines()) < 40


def test_the_closing_line_of_test_counts_what_ran(checkout: Path) -> None:
    result = tutor_cli(checkout, "test", "01", "--", "-k", "welcomes")
    assert result.returncode == 0, result.stdout
    assert result.stdout.splitlines()[-1] == "1 passed, 0 failed"
    assert not [line for line in result.stdout.splitlines() if line != line.rstrip()]


def test_a_selection_that_selects_nothing_is_no_success(checkout: Path) -> None:
    result = tutor_cli(checkout, "test", "01", "--", "-k", "nothing_matches_this")
    assert result.returncode == 1
    assert "Not one test ran" in result.stderr


def test_results_as_json_and_as_junit_xml_agree(checkout: Path, tmp_path: Path) -> None:
    file = tmp_path / "results.xml"
    result = tutor_cli(checkout, "test", "01", "--json", "--junit", str(file))
    told = json.loads(result.stdout)
    suites = ElementTree.parse(file).getroot()  # noqa: S314 - our own file
    assert told["failed"] == 0
    assert int(suites.attrib["tests"]) == told["passed"] > 0


def test_a_junit_file_that_cannot_be_written_does_not_cost_the_results(
    checkout: Path, tmp_path: Path
) -> None:
    result = tutor_cli(checkout, "test", "01", "--junit", str(tmp_path), "--", "-k", "welcomes")
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == "1 passed, 0 failed"
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX terminal")
def test_a_lesson_is_shown_in_a_terminal_without_breaking_its_commands(checkout: Path) -> None:
    pexpect = pytest.importorskip("pexpect", reason="needs the package pexpect")
    command = [sys.executable, "tutor_cli.py", "show", "01"]
    environment = os.environ | {"TUTOR_ENVIRONMENT_READY": "1", "PAGER": "cat", "TERM": "xterm"}
    shown = pexpect.run(
        shlex.join(command), cwd=str(checkout), env=environment, timeout=60, encoding="utf-8"
    )
    text = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\\]*\\|\r", "", shown)
    assert """$ curl "http://127.0.0.1:8000/items/5?q=shoes"\n""" in text
    assert "Answer:" in text
    for markup in ("<details>", "<summary>", "sequenceDiagram"):
        assert markup not in text
