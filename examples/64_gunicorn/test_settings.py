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
from prices import upstream_url

pytestmark = posix_only


def settings() -> dict[str, Any]:
    """Read the file as gunicorn does."""
    return run_path(str(LESSON / "gunicorn_conf.py"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("WEB_CONCURRENCY", each) for each in ("two", "0", "-1", "1.5", "1001", "9" * 30, "²")],
        *[("PORT", each) for each in ("http", "-1", "65536", " 80", "00000000080000")],
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


@pytest.mark.parametrize(
    "value",
    [
        *["nonsense", "127.0.0.1:8001", "https://127.0.0.1:8001", "http://", "http://:8001"],
        *["http://127.0.0.1:port", "http://127.0.0.1:0", "http://127.0.0.1:65536"],
        *["http://a..b:8001", "http://a b:8001", "http://me@127.0.0.1:8001"],
        *["http://127.0.0.1:8001/v1", "http://[::1", "http://127.0.0.1:8001\n"],
    ],
)
def test_an_upstream_that_cannot_be_asked_is_refused_with_one_sentence(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_URL", value)

    with pytest.raises(SystemExit, match=r"^UPSTREAM_URL must be an address such as http://[^ ]+$"):
        settings()


@pytest.mark.parametrize("value", ["", "http://prices", "http://[::1]:8001/", "http://a.b_c:80"])
def test_an_upstream_that_can_be_asked_is_taken(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_URL", value)

    assert upstream_url() == (value or "http://127.0.0.1:8001")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WEB_CONCURRENCY", "two", "WEB_CONCURRENCY must be a whole number from 1 to 1000.\n"),
        (
            "UPSTREAM_URL",
            "http://127.0.0.1:port",
            "UPSTREAM_URL must be an address such as http://127.0.0.1:8001.\n",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence_and_nothing_else(
    name: str, value: str, sentence: str
) -> None:
    done = subprocess.run(
        [sys.executable, "gunicorn_conf.py"],
        cwd=LESSON,
        env={"PATH": os.environ["PATH"], name: value},
        capture_output=True,
        encoding="utf-8",
        timeout=DEADLINE,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


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


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_ipv6_address_stands_in_brackets(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", host)

    assert settings()["bind"] == "[::1]:8000"


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
