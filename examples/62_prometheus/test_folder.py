"""The folder that workers share: what is wrong with its name, or lies in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from metrics import make, prepare

HERE = Path(__file__).parent
SCRAPE = """
from fastapi.testclient import TestClient
from main import app

with TestClient(app) as client:
    print(client.get("/metrics").status_code)
"""


def run(*command: str, folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Run a Python in `folder`, with the variable that names where workers keep their numbers."""
    paths = os.pathsep.join([str(HERE), *sys.path])
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": name, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_empty_name_is_as_none(tmp_path: Path) -> None:
    ended = run("-c", SCRAPE, folder=tmp_path, name="")

    assert ended.stdout == "200\n", ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_folders_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()

    ended = run("-m", "uvicorn", "main:app", "--port=0", folder=tmp_path, name="taken")

    assert ended.returncode != 0
    assert "The app cannot start. PROMETHEUS_MULTIPROC_DIR names no folder" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_folder_that_cannot_be_made_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()

    with pytest.raises(SystemExit, match="PROMETHEUS_MULTIPROC_DIR names no folder"):
        make(tmp_path / "taken" / "numbers")


@pytest.mark.skipif(sys.platform == "win32", reason="nobody asks there which processes live")
def test_what_no_worker_has_made_is_left_and_what_dead_ones_have_is_not(tmp_path: Path) -> None:
    stray, mine = tmp_path / "gauge_live_mine.db", tmp_path / f"gauge_livesum_{os.getpid()}.db"
    nobodys = tmp_path / f"gauge_livesum_{10**30}.db"
    for file in (stray, mine, nobodys):
        file.touch()

    prepare(tmp_path)

    assert list(tmp_path.iterdir()) == [stray]
