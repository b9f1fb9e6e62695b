"""The command line as a person types it: in a checkout of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.checkout import copy_checkout
from tutor.catalog import ROOT, Catalog

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [lesson.name for lesson in Catalog().lessons]
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
    for command in ("list", "show", "run", "test", "notebook", "doctor"):
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
        "Did you mean 02_validation? See all of them with: tutor_cli list",
    ]


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
    assert result.stderr.startswith("Error: stages/01_basics/lesson.toml: format:")
    assert "Traceback" not in result.stderr
