"""The files of a checkout: those that git keeps or would keep."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LEFT_BY_TOOLS = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
_MADE_BY_USE = {".venv", ".tutor", "workspace", ".ipynb_checkpoints"}


def kept_files(root: Path) -> list[str]:
    """Return the files below `root`, sorted, relative and with forward slashes.

    In a git checkout these are the committed files and new ones that no rule ignores;
    elsewhere (a downloaded archive) all files but those that tools and readers leave behind.
    """
    if (root / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listing = subprocess.run(command, cwd=root, check=True, capture_output=True)
        names = listing.stdout.decode().split("\0")
        return sorted(name for name in set(names) if name and (root / name).is_file())
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    left = _LEFT_BY_TOOLS | _MADE_BY_USE
    return sorted(path.as_posix() for path in files if left.isdisjoint(path.parts))


def copy_checkout(root: Path, target: Path) -> None:
    """Copy the kept files of `root` into `target`, a folder that this makes."""
    target.mkdir(parents=True)
    for name in kept_files(root):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)
