"""The app by itself: in this process, and as `python main.py` starts it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from main import app

LESSON = Path(__file__).resolve().parent


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Give a client of the app, which has a folder of its own for what changes."""
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path))
    with TestClient(app) as made:
        yield made


def test_the_app_says_that_it_is_alive(client: TestClient) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_each_visit_is_counted(client: TestClient) -> None:
    before = client.get("/visits").json()["visits"]
    assert client.post("/visits").json() == {"visits": before + 1}
    assert client.get("/visits").json() == {"visits": before + 1}


def test_visits_at_once_have_each_a_number(client: TestClient) -> None:
    before = client.get("/visits").json()["visits"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: client.post("/visits"), range(50)))
    numbers = sorted(answer.json()["visits"] for answer in answers)
    assert numbers == list(range(before + 1, before + 51))


def test_the_schema_has_three_operations(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    operations = {(m, path) for path, methods in schema["paths"].items() for m in methods}
    assert operations == {("get", "/health/live"), ("get", "/visits"), ("post", "/visits")}
    assert schema["info"] == {"title": "Visits", "version": "1.0.0"}


def test_visits_are_kept_in_the_folder_that_is_named(client: TestClient, tmp_path: Path) -> None:
    client.post("/visits")
    kept = list(tmp_path.iterdir())
    assert kept, "a visit was counted, but DATA_FOLDER is empty: the file has to be in there"


def test_a_folder_that_cannot_be_written_to_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "nothing"))
    said = "the app started"
    try:
        with TestClient(app):
            pass
    except Exception as error:
        said = str(error)
    assert "DATA_FOLDER" in said, f"DATA_FOLDER names no folder, and the start said: {said}"


@pytest.mark.parametrize("port", ["", "http", "-1", "65536", "80.5", "\u0663", "9" * 5000])
def test_a_bad_port_is_told_in_one_sentence(port: str) -> None:
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=LESSON,
        env=os.environ | {"PORT": port},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"PORT has to be a number up to 65535, not {port!r}.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_it_listens_where_it_is_told_and_ends_in_order(tmp_path: Path) -> None:
    settings = {"PORT": "0", "DATA_FOLDER": str(tmp_path), "NO_COLOR": "1"}
    command = [sys.executable, "-u", "main.py"]
    with subprocess.Popen(
        command, cwd=LESSON, env=os.environ | settings, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr
            lines = iter(process.stderr.readline, "")
            [url] = re.findall(r"http://127.0.0.1:\d+", next(x for x in lines if "running on" in x))
            assert httpx2.get(f"{url}/health/live", timeout=30).json() == {"status": "ok"}
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
            assert "Application shutdown complete" in said
        finally:
            process.kill()
