"""A database that cannot be opened or reached stops the start; its URL is not repeated."""

import traceback
from importlib import import_module
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

SECRET = "hunter2"
OUT_OF_REACH = [
    f"sqlite:////nowhere/{SECRET}/tasks.db",
    f"postgresql://user:{SECRET}@127.0.0.1:1/tasks",
    f"postgresql://user:pass@{SECRET}@127.0.0.1:1/tasks",
    f"postgresql://127.0.0.1:1/tasks?password={SECRET}",
    f"postgresql://127.0.0.1:1/tasks?{SECRET}={SECRET}",
]


def refusal() -> str:
    """Try to start the app; return all that it says of why it does not."""
    client = TestClient(import_module("app.main").app, base_url="http://localhost")
    with pytest.raises(Exception) as refused, client:  # noqa: PT011  # of any kind
        pytest.fail("It has started.")
    return "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("url", OUT_OF_REACH)
def test_a_database_out_of_reach_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    said = refusal()

    assert "DATABASE_URL" in said
    assert SECRET not in said + caplog.text


def test_a_file_that_is_no_database_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Buy milk. " * 500, encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")

    assert "DATABASE_URL" in refusal()
