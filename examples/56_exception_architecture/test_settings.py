"""Where the inventory is comes from the environment; what is wrong there ends the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stock import read_settings

HERE = Path(__file__).resolve().parent

WRONG_URLS = ["127.0.0.1:8001", "localhost:8001", "http://", "http://[::1", "http://h:99999"]
WRONG_TIMEOUTS = ["x", "nan", "inf", "0", "-1", "2 s"]
WRONG = [("INVENTORY_URL", value) for value in WRONG_URLS] + [
    ("INVENTORY_TIMEOUT", value) for value in WRONG_TIMEOUTS
]


def test_what_is_not_set_or_empty_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    by_default = read_settings()
    monkeypatch.setenv("INVENTORY_URL", "")
    monkeypatch.setenv("INVENTORY_TIMEOUT", "")

    assert read_settings() == by_default
    assert (str(by_default[0]), by_default[1]) == ("http://127.0.0.1:8001/", 2)


def test_what_is_set_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVENTORY_URL", "https://stock.example.org/v1")
    monkeypatch.setenv("INVENTORY_TIMEOUT", "0.5")

    url, seconds = read_settings()

    assert (str(url), seconds) == ("https://stock.example.org/v1", 0.5)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_a_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit, match=rf"^The app cannot start\. {name}: .+\.$"):
        read_settings()


def test_a_wrong_value_ends_the_start_without_a_traceback() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "uvicorn", "main:app", "--port=0"],
        cwd=HERE,
        env=os.environ | {"INVENTORY_TIMEOUT": "x"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode != 0
    assert "The app cannot start. INVENTORY_TIMEOUT: " in ended.stderr
    assert "Traceback" not in ended.stderr
