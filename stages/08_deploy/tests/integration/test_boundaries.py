"""Who may import whom: a tool checks it, and finds what breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from databases import LESSON

INWARD = "Imports point inward"
ALONE = "Tasks reach users through CurrentUser alone"


def lint(folder: Path) -> tuple[int, str]:
    """Check the app in a folder; return the exit code, and what was said."""
    program = (
        "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"},
    )
    return done.returncode, done.stdout + done.stderr


def test_the_app_keeps_its_boundaries() -> None:
    code, said = lint(LESSON)

    assert code == 0, said
    assert f"{ALONE} KEPT" in said


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("crud/task.py", "from app import dependencies", INWARD),
        ("crud/user.py", "from app.routers import users", INWARD),
        ("models/user.py", "from app.crud.task import tasks", INWARD),
        ("schemas/tasks.py", "from app.models import Task as Row", INWARD),
        ("core/security.py", "from app import models", INWARD),
        ("core/config.py", "import app.main", INWARD),
        ("routers/tasks.py", "from app.crud import users", ALONE),
        ("routers/tasks.py", "from app import crud", ALONE),
        ("routers/tasks_v2.py", "from app.crud.user import users", ALONE),
        ("crud/task.py", "from app.models.user import User", ALONE),
        ("crud/task.py", "import app.crud.user", ALONE),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, file: str, line: str, broken: str) -> None:
    shutil.copytree(LESSON / "app", tmp_path / "app")
    shutil.copy(LESSON / "pyproject.toml", tmp_path)
    path = tmp_path / "app" / file
    path.write_text(f"{path.read_text('utf-8')}\n{line}\n", "utf-8")

    code, said = lint(tmp_path)

    assert code == 1
    [name] = [each for each in said.splitlines() if each.startswith(broken) and "BROKEN" in each]
    assert name
