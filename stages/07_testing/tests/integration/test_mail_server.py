"""Emails through a real mail server: what it takes, refuses, or never answers."""

from collections.abc import Iterator
from email.message import Message

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from mail_server import MailServer

from app.core.config import Settings, SmtpUrl
from app.dependencies import get_emailer
from app.emailer import SmtpEmailer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """Run a mail server."""
    with MailServer() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, mail_server: MailServer) -> Settings:
    """Tell the app where the mail server is."""
    changed = {"smtp_url": SmtpUrl(mail_server.url), "email_from": "tasks@example.com"}
    return settings.model_copy(update=changed)


def share(client: TestClient, to: str = "eve@example.com", title: str = "Buy milk") -> Response:
    """Create a task, and share it."""
    created = client.post("/tasks", json={"title": title}).json()
    return client.post(f"/tasks/{created['id']}/share", json={"email": to})


def written(message: Message) -> str:
    """Return the text of an email."""
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().strip()


def test_a_shared_task_arrives(authenticated_client: TestClient, mail_server: MailServer) -> None:
    assert share(authenticated_client).status_code == 202

    [message] = mail_server.inbox.messages
    assert message["From"] == "tasks@example.com"
    assert message["To"] == "eve@example.com"
    assert message["X-RcptTo"] == "eve@example.com"
    assert message["Subject"] == "Task: Buy milk"
    assert written(message) == "ada shares a task with you: Buy milk"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028"])
def test_a_title_cannot_add_a_header(
    authenticated_client: TestClient, mail_server: MailServer, end: str
) -> None:
    answer = share(authenticated_client, title=f"Buy milk{end}Bcc: all@example.com{end}{end}Hi!")

    assert answer.status_code == 202
    [message] = mail_server.inbox.messages
    assert message["Subject"] == "Task: Buy milk Bcc: all@example.com Hi!"
    assert message["Bcc"] is None
    assert message["X-RcptTo"] == "eve@example.com"


@pytest.mark.parametrize(
    "title", ["Büy mílk 🥛", "milk " * 10, "\x01\x7f\x1b[2J", "=?utf-8?q?x?=", "a\0b"[:1] * 3]
)
def test_any_title_arrives(
    authenticated_client: TestClient, mail_server: MailServer, title: str
) -> None:
    assert share(authenticated_client, title=title).status_code == 202

    [message] = mail_server.inbox.messages
    assert written(message).endswith(title.strip())


def test_a_text_does_not_end_before_its_end(
    authenticated_client: TestClient, mail_server: MailServer
) -> None:
    title = "One\r\n.\r\nRSET\n.\n..two"

    assert share(authenticated_client, title=title).status_code == 202

    [message] = mail_server.inbox.messages
    assert written(message).splitlines()[1:] == [".", "RSET", ".", "..two"]


def check_it_was_not_taken(answer: Response, caplog: pytest.LogCaptureFixture) -> None:
    """Check that the client may try again, and that the log names the trouble but nobody."""
    assert answer.status_code == 503
    assert answer.json() == {"detail": "The email cannot be sent now"}
    assert answer.headers["Retry-After"] == "60"
    [warning] = [each for each in caplog.records if each.name == "app.emailer"]
    assert "not taken" in warning.getMessage()
    assert "eve" not in caplog.text


def test_a_recipient_whom_the_server_refuses_is_a_503(
    authenticated_client: TestClient, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    mail_server.inbox.refused.add("eve@example.com")

    check_it_was_not_taken(share(authenticated_client), caplog)


def test_a_server_that_is_gone_is_a_503(
    authenticated_client: TestClient, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert share(authenticated_client).status_code == 202

    mail_server.stop()

    check_it_was_not_taken(share(authenticated_client), caplog)


def test_a_server_that_never_answers_is_a_503(
    app: FastAPI,
    authenticated_client: TestClient,
    mail_server: MailServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    impatient = SmtpEmailer(SmtpUrl(mail_server.url), "tasks@example.com", patience=0.1)
    app.dependency_overrides[get_emailer] = lambda: impatient
    mail_server.inbox.is_slow = True

    check_it_was_not_taken(share(authenticated_client), caplog)


def test_a_password_is_not_sent_to_a_server_that_cannot_encrypt(
    app: FastAPI,
    authenticated_client: TestClient,
    mail_server: MailServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = SmtpUrl(mail_server.url.replace("//", "//ada:hunter2@"))
    app.dependency_overrides[get_emailer] = lambda: SmtpEmailer(url, "tasks@example.com")

    check_it_was_not_taken(share(authenticated_client), caplog)

    assert mail_server.inbox.passwords == []
    assert mail_server.inbox.messages == []
    assert "hunter2" not in caplog.text
