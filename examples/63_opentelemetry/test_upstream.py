"""Where the other service is: a wrong address ends the start, and not each request."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog import read_upstream

HERE = Path(__file__).resolve().parent
SENTENCE = "The app cannot start. UPSTREAM_URL is not an address such as http://127.0.0.1:8001."
WRONG = [
    "nothing",
    "127.0.0.1:8001",
    "localhost:8001",
    "ftp://stock",
    "http://",
    "http://[::1",
    "http://a..b",
    "http://stock name",
    "http://stock:0",
    "http://stock:99999",
    "http://stock:http",
    "http://stock/?page=1",
    "http://stock/#top",
    f"http://{'a' * 64}",
    "http://xn--",
]


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_address_is_told_in_one_sentence(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_URL", url)
    with pytest.raises(SystemExit) as caught:
        read_upstream()

    assert str(caught.value) == SENTENCE


def test_the_sentence_is_all_that_is_said_at_the_start() -> None:
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port", "0"]
    environment = os.environ | {"UPSTREAM_URL": "http://ada:hunter2@stock:x"}
    done = subprocess.run(
        command, cwd=HERE, env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{SENTENCE}\n")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("", "http://127.0.0.1:8001/"),
        ("http://stock", "http://stock/"),
        ("HTTPS://stock:8443/api", "https://stock:8443/api"),
        ("http://[::1]:8001", "http://[::1]:8001/"),
    ],
)
def test_an_address_is_used_as_it_is(
    given: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_URL", given)

    assert read_upstream() == used


def test_without_the_variable_it_is_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPSTREAM_URL", raising=False)

    assert read_upstream() == "http://127.0.0.1:8001/"
