"""Settings from files; and wrong ones, which are named and never repeated."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import GOOD_KEY, PRODUCTION, Start

Refusal = Callable[..., str | None]
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows knows names in capitals alone")


def file(folder: Path, text: str | bytes) -> Path:
    """Write a file with settings, or with a secret."""
    path = folder / "file"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_settings_may_be_in_a_file(start: Start, tmp_path: Path) -> None:
    lines = "".join(f'{name}="{value}"\n' for name, value in PRODUCTION.items())

    client = start(ENV_FILE=file(tmp_path, f"# production\n\nexport REDIS_URL=\n{lines}"))

    assert client.get("/").json() == {"environment": "production", "cache": False}


@pytest.mark.parametrize("text", ["\ufeffENVIRONMENT=staging\r\n", "ENVIRONMENT='staging'"])
def test_the_file_may_come_from_any_editor(start: Start, tmp_path: Path, text: str) -> None:
    assert start(ENV_FILE=file(tmp_path, text)).get("/").json()["environment"] == "staging"


def test_the_environment_goes_before_the_file(start: Start, tmp_path: Path) -> None:
    client = start(ENV_FILE=file(tmp_path, "ENVIRONMENT=staging\n"), ENVIRONMENT="development")

    assert client.get("/").json()["environment"] == "development"


@posix_only
def test_a_name_in_small_letters_goes_before_the_file_too(start: Start, tmp_path: Path) -> None:
    client = start(ENV_FILE=file(tmp_path, "ENVIRONMENT=staging\n"), environment="development")

    assert client.get("/").json()["environment"] == "development"


@pytest.mark.parametrize("text", ["{}", "{}\n", "{}\r\n", "\ufeff{}\n"])
def test_a_secret_may_be_in_a_file(start: Start, tmp_path: Path, text: str) -> None:
    given = PRODUCTION | {"SECRET_KEY_FILE": file(tmp_path, text.format(GOOD_KEY))}
    del given["SECRET_KEY"]

    client = start(**given)

    key = client.app.state.settings.secret_key  # type: ignore[attr-defined]  # an ASGI app to mypy
    assert key.get_secret_value() == GOOD_KEY


def test_the_file_with_settings_may_name_a_secret_file(start: Start, tmp_path: Path) -> None:
    url = tmp_path / "url"
    url.write_text("postgresql://shop:hunter2@db.example.org/shop\n", encoding="utf-8")
    listed = file(tmp_path, f"DEBUG=1\nDATABASE_URL_FILE={url.as_posix()}\n")

    assert "db.example.org" in start(ENV_FILE=listed).get("/debug-info").json()["database"]


@pytest.mark.parametrize("name", ["ENV_FILE", "SECRET_KEY_FILE"])
@pytest.mark.parametrize("path", ["", ".", "missing", "\udcff"])
def test_a_file_that_is_not_there_stops_the_start(refusal: Refusal, name: str, path: str) -> None:
    said = refusal(**{name: path})

    assert said is not None
    assert name in said


@pytest.mark.parametrize("text", [b"", b"\n \n", b"\xffhunter2"])
def test_a_secret_file_without_a_secret_stops_the_start(
    refusal: Refusal, tmp_path: Path, text: bytes
) -> None:
    said = refusal(SECRET_KEY_FILE=file(tmp_path, text))

    assert said is not None
    assert "SECRET_KEY_FILE" in said
    assert "hunter2" not in said


def test_a_secret_is_given_once(refusal: Refusal, tmp_path: Path) -> None:
    said = refusal(SECRET_KEY=GOOD_KEY, SECRET_KEY_FILE=file(tmp_path, "hunter2"))

    assert said is not None
    assert "SECRET_KEY_FILE" in said
    assert GOOD_KEY not in said
    assert "hunter2" not in said


@posix_only
@pytest.mark.parametrize("second", ["secret_key", "secret_key_file", "Secret_Key_File"])
def test_a_secret_in_small_letters_counts_too(
    refusal: Refusal, tmp_path: Path, second: str
) -> None:
    value = file(tmp_path, "hunter2") if second.lower().endswith("_file") else "hunter2"
    said = refusal(**{"SECRET_KEY": GOOD_KEY, second: value})

    assert said is not None
    assert "SECRET_KEY" in said
    assert GOOD_KEY not in said
    assert "hunter2" not in said


LINES = ["ENVIROMENT=hunter2", "ENVIRONMENT hunter2", "ENVIRONMENT", "hunter2==", b"DEBUG=\xff"]


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_not_a_setting_stops_the_start(
    refusal: Refusal, tmp_path: Path, line: str | bytes
) -> None:
    said = refusal(ENV_FILE=file(tmp_path, line))

    assert said is not None
    assert "ENV_FILE" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("name", ["ENVIROMENT", "ENVIRONMNET", "ENVFILE", "enviroment"])
def test_a_misspelt_name_stops_the_start(refusal: Refusal, name: str) -> None:
    said = refusal(**{name: "production"})

    assert said is not None
    assert name.upper() in said


WRONG = [
    ("ENVIRONMENT", ["", "prod", "Production", "hunter2"]),
    ("DEBUG", ["", "maybe", "hunter2", "2"]),
    ("SECRET_KEY", [""]),
    ("REDIS_URL", ["hunter2", "http://:hunter2@localhost", "redis://:hunter2@[/0"]),
]


@pytest.mark.parametrize(("name", "value"), [(name, each) for name, some in WRONG for each in some])
def test_a_wrong_value_is_refused_and_not_repeated(refusal: Refusal, name: str, value: str) -> None:
    said = refusal(**{name: value})

    assert said is not None
    assert name in said
    assert "hunter2" not in said


def test_an_empty_key_is_called_empty(refusal: Refusal) -> None:
    assert "SECRET_KEY: it is empty." in (refusal(SECRET_KEY="") or "")
