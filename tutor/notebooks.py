"""A lesson's notebook: open it in JupyterLab, or execute it from top to bottom."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import bootstrap, display
from tutor.errors import MisuseError, TutorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.catalog import Catalog, Lesson

NOTEBOOK = "walkthrough.ipynb"
LOCK = "requirements-notebook.lock"
PACKAGES = ("jupyterlab", "nbclient", "ipykernel")
CELL_SECONDS = 60
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class NotebookResult:
    """What came of executing a notebook.

    `problems` are sentences that name the cell by the number that JupyterLab shows beside it when
    all cells have run. `not_attempted` counts the exercises that say so of themselves; `missing`
    has, for each that was attempted and is not right yet, its cell and what its check says.
    """

    notebook: str
    cells: int
    not_attempted: int
    missing: tuple[str, ...]
    seconds: float
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Tell whether nothing is wrong with the notebook and the answers in it."""
        return not self.problems and not self.missing


def execute(lesson: Lesson, catalog: Catalog, cell_seconds: int = CELL_SECONDS) -> NotebookResult:
    """Run the lesson's notebook headless, in the lesson's folder; leave the file as it is.

    Problems are an error, a warning or other text on standard error, a cell that takes longer
    than `cell_seconds`, and outputs stored in the file. Raises MisuseError when the lesson has no
    notebook, TutorError when the notebooks' environment cannot be built or used.
    """
    notebook = _notebook(lesson, catalog)
    command = _command(catalog, "notebook_worker.py", notebook, str(cell_seconds))
    began = time.monotonic()  # the installation of the packages is behind us
    report = _report(command, _environment(catalog) | {"PYTHONWARNINGS": "default"})
    return NotebookResult(
        notebook=f"{lesson.path}/{NOTEBOOK}",
        cells=report["cells"],
        not_attempted=report["not_attempted"],
        missing=tuple(report["missing"]),
        seconds=time.monotonic() - began,
        problems=tuple(report["problems"]),
    )


def open_notebook(lesson: Lesson, catalog: Catalog) -> int:
    """Serve JupyterLab, open on the lesson's notebook, until Ctrl-C; return its exit code.

    Where the system can do it, JupyterLab takes the place of this process, so that signals and
    the terminal are its own and nothing is left between them. Raises as `execute` does.
    """
    notebook = _notebook(lesson, catalog)
    command = _command(catalog, "notebook_server.py", catalog.root, notebook, _state(catalog))
    display.line(f"Opening {lesson.path}/{NOTEBOOK} in JupyterLab. Stop with Ctrl-C.")
    environment = _environment(catalog)
    if sys.platform != "win32":
        os.execve(command[0], command, environment)  # noqa: S606 # no shell is what we want
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # JupyterLab got it as well, and is ending


def installed() -> bool:
    """Tell whether the running interpreter has all that notebooks need."""
    return all(importlib.util.find_spec(name) for name in PACKAGES)


def ready(catalog: Catalog) -> bool:
    """Tell whether a notebook can be used at once, with nothing left to install."""
    return installed() or bootstrap.is_current(str(_folder(catalog)), str(catalog.root / LOCK))


def _notebook(lesson: Lesson, catalog: Catalog) -> Path:
    notebook = lesson.folder / NOTEBOOK
    if notebook.is_file():
        return notebook
    others = [x.name for x in catalog.lessons if (x.folder / NOTEBOOK).is_file()]
    way_out = f"These lessons have one: {', '.join(others)}." if others else "No lesson has one."
    raise MisuseError(f"{lesson.name} has no notebook.", way_out)


def _command(catalog: Catalog, script: str, *arguments: str | Path) -> list[str]:
    if installed():
        python = sys.executable
    else:
        lock = catalog.root / LOCK
        python = bootstrap.prepare_environment(_folder(catalog), lock, "the notebooks")
    # Without -P the engine's files would stand in for packages of the same name.
    return [python, "-P", str(_HERE / script), *map(str, arguments)]


def _folder(catalog: Catalog) -> Path:
    return catalog.state / "notebook"


def _state(catalog: Catalog) -> Path:
    return catalog.state / "jupyter"


def _environment(catalog: Catalog) -> dict[str, str]:
    """Return the caller's environment with Jupyter's own folders below `.tutor/`."""
    state = _state(catalog)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY_"))
    }
    return kept | {
        "IPYTHONDIR": str(state / "ipython"),
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_DATA_DIR": str(state / "data"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        # The kernel is the environment's own, whatever kernels are installed on this machine.
        "JUPYTER_PREFER_ENV_PATH": "1",
        # The lesson's folder gets no __pycache__; the packages were compiled at installation.
        "PYTHONDONTWRITEBYTECODE": "1",
        # The debugger, never used here, would warn at the start of each kernel.
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _report(command: list[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what the worker says; it ends, with its kernel, when this process does."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb") as stdin,
        os.fdopen(writing, "wb") as alive,
        tempfile.TemporaryFile() as errors,
    ):
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # Ctrl-C is for this process: the worker sees its input end
        )
        try:
            output = process.communicate()[0]
        finally:
            alive.close()
            process.wait()
        errors.seek(0)
        complaint = errors.read().decode(errors="replace").strip()
    if process.returncode:
        raise _unusable(complaint)
    report: dict[str, Any] = json.loads(output)
    return report


def _unusable(complaint: str) -> TutorError:
    last = complaint.rpartition("\n")[2] or "it says nothing"
    way_out = f"Delete .tutor/notebook, or install the packages again: pip install -r {LOCK}"
    return TutorError(f"The notebook's environment does not work: {last}", way_out)
