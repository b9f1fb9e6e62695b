"""Secrets from files: found, cut, and never repeated."""

from pathlib import Path

import pytest

from app.core.config import ConfigurationError, Settings, read_settings
from app.db.init_db import FirstSuperuser

SECRET = "correct-horse-battery-staple-hunter2"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a file with a key, and name it in the environment."""
    monkeypatch.delenv("SECRET_KEY", raising=False)
    path = tmp_path / "key"
    path.write_bytes(SECRET.encode())
    monkeypatch.setenv("SECRET_KEY_FILE", str(path))
    return path


def refusal() -> str:
    """Read the settings; return why they cannot be read, all of it."""
    with pytest.raises(ConfigurationError) as refused:
        read_settings(Settings)
    assert refused.value.__cause__ is None
    return str(refused.value)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_one_line_end_is_cut_off(file: Path, end: str) -> None:
    file.write_bytes(f"{SECRET}{end}".encode())

    assert read_settings(Settings).secret_key.get_secret_value() == SECRET


@pytest.mark.parametrize("end", ["\n\n", " x\n", "\0"])
def test_nothing_else_is_cut_off(file: Path, end: str) -> None:
    """A key of two lines is no key, so that what is left shows."""
    file.write_bytes(f"{SECRET}{end}".encode())

    if end == " x\n":
        assert read_settings(Settings).secret_key.get_secret_value() == f"{SECRET} x"
    else:
        assert "SECRET_KEY" in refusal()


@pytest.mark.parametrize("content", [b"", b"\n", b" \n ", b"\xff" + SECRET.encode(), None])
def test_a_file_that_is_missing_empty_or_no_text_stops_the_start(
    file: Path, content: bytes | None
) -> None:
    file.unlink() if content is None else file.write_bytes(content)

    said = refusal()

    assert "SECRET_KEY_FILE" in said
    assert "hunter2" not in said


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("name", ["", ".", "/"])
def test_a_name_that_is_no_file_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", name)

    assert "SECRET_KEY_FILE" in refusal()


@pytest.mark.usefixtures("file")
def test_a_setting_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)

    said = refusal()

    assert "SECRET_KEY_FILE" in said
    assert "hunter2" not in said


def test_a_poor_key_in_a_file_is_not_repeated(file: Path) -> None:
    file.write_text("hunter2")

    said = refusal()

    assert "SECRET_KEY" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://user:hunter2@localhost/tasks"),
        ("SMTP_URL", "smtp://user:hunter2@localhost"),
    ],
)
@pytest.mark.usefixtures("file")
def test_other_settings_may_be_in_files_too_and_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.delenv(name, raising=False)
    (tmp_path / "value").write_text(value)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))

    settings = read_settings(Settings)

    assert getattr(settings, name.lower()).password == "hunter2"
    assert "hunter2" not in repr(settings)
    assert SECRET not in repr(settings)


def test_the_password_of_the_first_superuser_may_be_in_a_file(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setenv("FIRST_SUPERUSER", "admin")
    monkeypatch.setenv("FIRST_SUPERUSER_PASSWORD_FILE", str(file))

    password = read_settings(FirstSuperuser).first_superuser_password

    assert password is not None
    assert password.get_secret_value() == SECRET
