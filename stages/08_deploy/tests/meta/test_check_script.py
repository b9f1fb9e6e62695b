"""The pipeline is a script: it fails when a test fails, and when a tool is not there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_runs import DEADLINE, LESSON

BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(not BASH, reason="needs bash")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project that has the script, and a test to be written."""
    (tmp_path / "scripts").mkdir()
    shutil.copy2(LESSON / "scripts" / "check.sh", tmp_path / "scripts")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest]\nstrict = true\n", encoding="utf-8")
    return tmp_path


def check(project: Path, *arguments: str, path: Path | None = None) -> tuple[int, str]:
    """Run the script from another folder; return its status, and what it said."""
    assert BASH
    paths = str(path) if path else os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
    # Only the plugins that the script asks for: others take long to load.
    plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p xdist -p random_order"}
    done = subprocess.run(
        [BASH, str(project / "scripts" / "check.sh"), *arguments],
        env=os.environ | plugins | {"PATH": paths},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(("answer", "code"), [(4, 0), (5, 1)])
def test_the_script_fails_when_a_test_fails(project: Path, answer: int, code: int) -> None:
    test = f"def test_it() -> None:\n    assert 2 + 2 == {answer}\n"
    (project / "test_it.py").write_text(test, encoding="utf-8")

    found, said = check(project, "tests")

    assert found == code, said
    assert ("tests failed." in said) == (code != 0)


def test_a_tool_that_is_missing_is_named_and_is_a_failure(project: Path) -> None:
    code, said = check(project, "lint", "types", path=Path("/usr/bin/nothing"))

    assert code == 1
    assert "ruff is missing" in said
    assert "mypy is missing" in said


def test_a_check_that_does_not_exist_is_a_misuse(project: Path) -> None:
    code, said = check(project, "test")

    assert code == 2
    assert "choose from lint, types, tests" in said
