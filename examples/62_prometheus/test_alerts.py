"""Prometheus itself reads what the app writes, and the rules that use it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from scraping import read

FOLDER = Path(__file__).parent


@pytest.fixture
def promtool() -> str:
    """Return where Prometheus' tool is."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not here; Debian's package is called prometheus")
    return found


def run(*command: str, given: str = "") -> str:
    """Return what a command says that is content, else nothing but a failed test."""
    done = subprocess.run(
        command, cwd=FOLDER, input=given, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def scraped(client: TestClient) -> str:
    """Return the numbers after requests of all kinds."""
    for path in ("/items/1", "/items/2", "/fail", "/nowhere", "/tests/stream"):
        client.get(path)
    client.post("/items", json={"name": "Teapot"})
    return client.get("/metrics").text


def test_prometheus_has_nothing_to_say_against_the_numbers(
    client: TestClient, promtool: str
) -> None:
    assert run(promtool, "check", "metrics", given=scraped(client)) == ""


def test_the_rules_are_valid(promtool: str) -> None:
    assert "SUCCESS: 3 rules found" in run(promtool, "check", "rules", "alerts.yml")


def test_the_alerts_come_when_they_should(promtool: str) -> None:
    assert "SUCCESS" in run(promtool, "test", "rules", "rules/alerts_test.yml")


def test_the_rules_use_what_the_app_writes(client: TestClient) -> None:
    rules = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"\bhttp_\w+(?=[\[{])", rules))
    written = {name for name, *_ in read(scraped(client))}

    assert used
    assert used <= written
    assert used >= {"http_request_duration_seconds_bucket", "http_requests_total"}


def test_the_readme_shows_the_rules_as_they_are() -> None:
    readme = FOLDER / "README.md"
    if not readme.exists():
        pytest.skip("the README is not here")
    shown = re.findall(
        r"```text\n((?:histogram_quantile|sum)\(.*?)\n```", readme.read_text("utf-8")
    )
    rules = " ".join((FOLDER / "alerts.yml").read_text("utf-8").split())

    assert len(shown) == 2
    assert [each for each in shown if each not in rules] == []
