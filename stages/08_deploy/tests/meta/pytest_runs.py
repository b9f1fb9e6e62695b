"""Runs of pytest in processes of their own: how tests are tested."""

import io
import multiprocessing
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

LESSON = Path(__file__).resolve().parents[2]
DEADLINE = 300.0
PARTS = ("app", "migrations", "tests", "alembic.ini", "pyproject.toml")
# What takes long to import, and is the same in each run. The app is not among it.
IMPORTED_ONCE = ["alembic.config", "fastapi.testclient", "jose.jwt", "passlib.hash", "psycopg"]
IMPORTED_ONCE += ["sqlalchemy.ext.asyncio", "aiosqlite", "svcs.fastapi", "pytest", "pytest_cov"]
PLUGINS = ["anyio", "pytest_cov", "random_order", "xdist"]


@dataclass(frozen=True)
class Run:
    """How a run of pytest ended, and what it printed."""

    code: int
    output: str


def run_pytest(folder: Path, *arguments: str, coverage: bool = False) -> Run:
    """Run pytest in `folder`, and give up this process for it: its modules are imported here."""
    os.chdir(folder)
    sys.path = [each for each in sys.path if not Path(each).is_relative_to(LESSON)]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # Others take time, too.
    plugins = [f"-p{name}" for name in PLUGINS]
    usual = ["-q", "--color=no", "--database=sqlite", "-pno:cacheprovider"]
    usual += [] if coverage else ["--no-cov"]
    # pytest would change the assertions in its plugins if it were the first to import them.
    quiet = "-Wignore:Module already imported:pytest.PytestAssertRewriteWarning"
    with redirect_stdout(io.StringIO()) as output:
        code = pytest.main([*plugins, *usual, quiet, *arguments])
    return Run(int(code), output.getvalue())


def copy_to(folder: Path) -> Path:
    """Copy the lesson, so that its app can be changed."""
    for part in PARTS:
        source = LESSON / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / part, ignore=ignored)
        else:
            shutil.copy2(source, folder / part)
    return folder


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """Give two processes at a time, a new one for each call; where it can, one that is a fork."""
    windows = sys.platform == "win32"
    context = multiprocessing.get_context("spawn" if windows else "forkserver")
    if not windows:
        context.set_forkserver_preload(IMPORTED_ONCE)
    with ProcessPoolExecutor(2, context, max_tasks_per_child=1) as pool:
        yield pool
        pool.shutdown(cancel_futures=True)
