"""`pytest` started at the root or above several lessons: one lesson runs, more are refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lesson_maker import make_lesson
from tutor.catalog import ROOT

PYTEST_COMMANDS = [
    [sys.executable, "-m", "pytest"],
    [str(Path(sys.executable).with_name("pytest"))],
]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout with two stages, an example, and one test of its own."""
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("01_one", "02_two"):
        make_lesson(tmp_path, name, "def test_a(): pass")
    shutil.copytree(tmp_path / "stages" / "01_one", tmp_path / "examples" / "51_more")
    for number in ("52", "53"):
        make_example(tmp_path / "examples" / f"{number}_flat")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_tool.py").write_text("def test_tool(): pass", encoding="utf-8")
    return tmp_path


def make_example(folder: Path) -> None:
    """Write an example, whose tests and `conftest.py` are beside what that imports."""
    files = {"lesson.toml": "", "pyproject.toml": '[tool.pytest]\npythonpath = ["."]\n'}
    code = {"own.py": "", "conftest.py": "import own\n", "test_it.py": "def test_a(): pass\n"}
    folder.mkdir()
    for name, text in (files | code).items():
        (folder / name).write_text(text, encoding="utf-8")


def run_pytest(
    folder: Path, *arguments: str, command: list[str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*(command or PYTEST_COMMANDS[0]), *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("start", "arguments", "numbers"),
    [
        (".", ["stages"], "01 02"),
        (".", ["stages/01_one", "stages/02_two"], "01 02"),
        (".", ["stages/02_two/tests/test_it.py::test_a", "examples/51_more"], "02 51"),
        (".", ["tests", "stages/01_one"], "01"),
        (".", ["."], "01 02 51 52 53"),
        (".", ["examples/52_flat", "examples/53_flat"], "52 53"),
        ("examples", [], "51 52 53"),
        ("stages", [], "01 02"),
        ("stages", ["01_one", "02_two"], "01 02"),
    ],
)
@pytest.mark.parametrize("command", PYTEST_COMMANDS, ids=["python -m pytest", "pytest"])
def test_several_lessons_in_one_call_are_refused_with_the_command_that_tests_them(
    checkout: Path, start: str, arguments: list[str], numbers: str, command: list[str]
) -> None:
    result = run_pytest(checkout / start, *arguments, command=command)

    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    sentence = "Each lesson takes a pytest of its own; test them with: tutor_cli test"
    assert result.stderr.strip() == f"ERROR: {sentence} {numbers}"


@pytest.mark.parametrize(
    ("start", "arguments", "test"),
    [
        (".", [], "tests/test_tool.py::test_tool"),
        (".", ["tests"], "tests/test_tool.py::test_tool"),
        (".", ["stages/02_two"], "tests/test_it.py::test_a"),
        ("stages", ["02_two"], "tests/test_it.py::test_a"),
        ("stages/02_two", [], "tests/test_it.py::test_a"),
        (".", ["examples/52_flat"], "test_it.py::test_a"),
        ("examples/52_flat", [], "test_it.py::test_a"),
        (".", ["stages/02_two/tests/test_it.py::test_a"], "tests/test_it.py::test_a"),
    ],
)
def test_the_tools_own_tests_or_one_lesson_run(
    checkout: Path, start: str, arguments: list[str], test: str
) -> None:
    result = run_pytest(checkout / start, *arguments, "-rp")

    [passed] = [line for line in result.stdout.splitlines() if line.startswith("PASSED")]
    assert passed.endswith(test)
