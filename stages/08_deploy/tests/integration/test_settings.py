"""The settings come from the environment; the app does not start with wrong ones."""

import logging
import traceback
from importlib import import_module

import pytest
from fastapi.testclient import TestClient

LONG = "x" * 32
PEM = "-----BEGIN PUBLIC KEY-----\nhunter2\n-----END PUBLIC KEY-----\n"


def start() -> None:
    """Start the app, ask it for its greeting, and stop it."""
    with TestClient(import_module("app.main").app, base_url="http://localhost") as client:
        assert client.get("/").status_code == 200


def refusal() -> str:
    """Try to start the app; return all that it says of why it does not."""
    with pytest.raises(Exception) as refused:  # noqa: PT011  # of any kind, with any message
        start()
    return "".join(traceback.format_exception(refused.value))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings that the app has logged."""
    ours = [each for each in caplog.records if each.name.startswith("app")]
    return [each.getMessage() for each in ours if each.levelno >= logging.WARNING]


@pytest.mark.parametrize("environment_name", ["development", "staging", "production"])
def test_the_app_starts_in_each_environment(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, environment_name: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment_name)
    monkeypatch.setenv("SECRET_KEY", LONG)

    start()

    assert warnings(caplog) == []


@pytest.mark.parametrize("wrong", ["prod", "Production", "test", ""])
def test_another_environment_stops_the_start(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("ENVIRONMENT", wrong)

    assert "ENVIRONMENT" in refusal()


@pytest.mark.parametrize("environment_name", ["staging", "production"])
def test_without_a_key_only_a_developer_can_start(
    monkeypatch: pytest.MonkeyPatch, environment_name: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment_name)
    monkeypatch.delenv("SECRET_KEY")

    assert "SECRET_KEY" in refusal()


def test_without_a_key_a_developer_is_warned(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("SECRET_KEY")

    start()

    [warning] = warnings(caplog)
    assert "SECRET_KEY" in warning
    assert "several workers" in warning


@pytest.mark.parametrize("environment_name", ["development", "staging", "production"])
@pytest.mark.parametrize(
    "wrong", ["", "hunter2", "hunter2".ljust(31, "x"), "hunter2".ljust(32, "é"), PEM]
)
def test_a_poor_key_stops_the_start_and_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    environment_name: str,
    wrong: str,
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment_name)
    monkeypatch.setenv("SECRET_KEY", wrong)

    said = refusal()

    assert "SECRET_KEY" in said
    assert "hunter2" not in said + caplog.text


@pytest.mark.parametrize("wrong", ["0", "-1", "soon", "1.5", "", "9" * 30])
def test_a_lifetime_that_is_none_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("ACCESS_TOKEN_EXPIRE_MINUTES", wrong)

    assert "ACCESS_TOKEN_EXPIRE_MINUTES" in refusal()


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "prod")
    monkeypatch.setenv("SECRET_KEY", "hunter2")

    said = refusal()

    assert "ENVIRONMENT" in said
    assert "SECRET_KEY" in said


def test_importing_the_app_refuses_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "prod")

    import_module("app.main")
