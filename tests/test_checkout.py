"""The files of a checkout are those that git keeps, and in an archive all that belong to it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.checkout import copy_checkout, kept_files
from tests.made_up import write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace" / "checkout"
    for name in ("one.py", "stages/two.py", "stages/__pycache__/two.pyc", ".venv/bin/python"):
        write(root / name, name)
    return root


def test_an_archive_has_all_files_but_those_left_behind(root: Path) -> None:
    assert kept_files(root) == ["one.py", "stages/two.py"]


def test_a_git_checkout_has_the_committed_and_new_files_that_are_there(root: Path) -> None:
    write(root / ".gitignore", "__pycache__/\n.venv/\n")
    write(root / "gone.py", "")
    for command in (["git", "init", "-q"], ["git", "add", "gone.py", "one.py"]):
        subprocess.run(command, cwd=root, check=True)
    (root / "gone.py").unlink()

    assert kept_files(root) == [".gitignore", "one.py", "stages/two.py"]


def test_a_copy_has_the_same_files(root: Path, tmp_path: Path) -> None:
    copy_checkout(root, tmp_path / "copy")

    assert kept_files(tmp_path / "copy") == kept_files(root)
    assert (tmp_path / "copy" / "stages" / "two.py").read_text() == "stages/two.py"
