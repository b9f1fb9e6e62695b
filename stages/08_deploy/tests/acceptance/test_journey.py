"""A user's whole way: a real server, real HTTP, a real mail server, and a new start in between."""

from collections.abc import Iterator

import httpx2
import pytest
from clients import prefix
from mail_server import MailServer
from servers import DEADLINE, posix_only, serving

pytestmark = posix_only

ADA = {"username": "ada", "password": "correct horse battery staple"}
MILK = {"title": "Buy milk", "due_date": "2027-01-31"}


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Run a mail server, and tell the app where it is."""
    with MailServer() as server:
        monkeypatch.setenv("SMTP_URL", server.url)
        yield server


@pytest.mark.usefixtures("database")
def test_what_a_user_does_lasts(mail_server: MailServer) -> None:
    with (
        serving("app.main:app") as (url, kill),
        httpx2.Client(base_url=f"{url}{prefix()}", timeout=DEADLINE) as client,
    ):
        assert client.post("/register", json=ADA).status_code == 201
        token = client.post("/token", data=ADA).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"

        milk = client.post("/tasks", json=MILK).json()
        tea = client.post("/tasks", json={"title": "Buy tea"}).json()
        assert client.get("/tasks").json() == [milk, tea]
        path = f"/tasks/{milk['id']}"
        changed = client.patch(path, json={"description": "Two bottles"}).json()
        assert changed == milk | {"description": "Two bottles"}
        assert client.post(f"{path}/share", json={"email": "eve@example.com"}).status_code == 202
        assert client.delete(f"/tasks/{tea['id']}").status_code == 204

        kill()

    with (
        serving("app.main:app") as (url, _),
        httpx2.Client(
            base_url=f"{url}{prefix()}", timeout=DEADLINE, headers=client.headers
        ) as second,
    ):
        assert second.get("/tasks", headers=client.headers).json() == [changed]

    [email] = mail_server.inbox.messages
    assert email["To"] == "eve@example.com"
    assert email["Subject"] == "Task: Buy milk"
