"""What the environment says: good values, bad ones, and none at all."""

import os
import subprocess
import sys
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from cores import usable_cores
from gunicorns import DEADLINE, LESSON, gunicorn, posix_only

pytestmark = posix_only


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment say nothing."""
    for name in ("HOST", "PORT", "WEB_CONCURRENCY", "WORKER_TIMEOUT", "GRACEFUL_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)


def settings() -> dict[str, Any]:
    """Read the file as gunicorn does."""
    return run_path(str(LESSON / "gunicorn_conf.py"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("WEB_CONCURRENCY", each) for each in ("two", "0", "-1", "1.5", "1001", "9" * 30, "²")],
        *[("PORT", each) for each in ("http", "-1", "65536", " 80")],
        *[("GRACEFUL_TIMEOUT", each) for each in ("2", "soon")],
        *[("WORKER_TIMEOUT", each) for each in ("0", "nan")],
    ],
)
def test_a_bad_value_is_refused_with_one_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit, match=f"^{name} must be a whole number from [0-9]+ to [0-9]+.$"):
        settings()


def test_what_gunicorn_itself_stumbles_over_stops_the_start_with_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "gunicorn_conf.py"],
        cwd=LESSON,
        env={"PATH": os.environ["PATH"], "WEB_CONCURRENCY": "two"},
        capture_output=True,
        encoding="utf-8",
        timeout=DEADLINE,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "WEB_CONCURRENCY must be a whole number from 1 to 1000.\n"


@pytest.mark.parametrize("value", [None, ""])
def test_without_web_concurrency_there_is_one_worker_more_than_cores(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is not None:
        monkeypatch.setenv("WEB_CONCURRENCY", value)

    assert settings()["workers"] == usable_cores() + 1


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings()["bind"] == "127.0.0.1:8000"
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104  # what a container needs; nothing listens
    monkeypatch.setenv("PORT", "80")

    assert settings()["bind"] == "0.0.0.0:80"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_cores_that_it_may_not_use_do_not_count(tmp_path: Path) -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        with gunicorn(tmp_path, WEB_CONCURRENCY="") as server:
            workers = server.wait_for_workers(2)
    finally:
        os.sched_setaffinity(0, allowed)

    assert len(workers) == 2
