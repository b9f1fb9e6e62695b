"""Where emails go is a setting; a wrong one stops the start, and its password is not repeated."""

import pytest

from app.core.config import ConfigurationError, Settings, read_settings
from app.emailer import ConsoleEmailer, SmtpEmailer, make_emailer


def test_without_a_mail_server_emails_go_to_the_log() -> None:
    assert isinstance(make_emailer(read_settings(Settings)), ConsoleEmailer)


def test_emails_go_to_the_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://ada:p%40ss@mail.example.com:2525")

    emailer = make_emailer(read_settings(Settings))

    assert isinstance(emailer, SmtpEmailer)
    assert (emailer.url.host, emailer.url.port) == ("mail.example.com", 2525)


def test_a_mail_server_takes_new_emails_at_port_587(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.com")

    url = read_settings(Settings).smtp_url

    assert url
    assert url.port == 587


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "mail.example.com",
        "http://ada:hunter2@mail.example.com",
        "smtp://ada:hunter2@",
        "smtp://ada:hunter2@mail.example.com:99999",
        "smtp://ada:hunter2@mail example.com",
    ],
)
def test_a_wrong_url_is_named_but_not_repeated(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("SMTP_URL", wrong)

    with pytest.raises(ConfigurationError) as refused:
        read_settings(Settings)

    assert "SMTP_URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_wrong_sender_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_FROM", "nobody")

    with pytest.raises(ConfigurationError, match=r"EMAIL_FROM: .*[^.]\.$"):
        read_settings(Settings)


def test_the_settings_do_not_show_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://ada:hunter2@mail.example.com")
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada:hunter2@localhost/tasks")

    assert "hunter2" not in repr(read_settings(Settings))
