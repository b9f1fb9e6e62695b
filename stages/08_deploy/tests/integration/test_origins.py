"""Whose pages may read answers, and by which names the app is called."""

from collections.abc import Iterator

import pytest
from clients import client_of, new_app
from fastapi.testclient import TestClient

ORIGIN = "https://app.example.com"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Speak to an app that pages of two other origins may use, and that has a fault."""
    monkeypatch.setenv("CORS_ORIGINS", f"{ORIGIN}, http://localhost:3000")
    app = new_app()
    app.get("/broken")(lambda: 1 / 0)
    with client_of(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (ORIGIN, True),
        ("http://localhost:3000", True),
        ("https://evil.example", False),
        ("https://app.example.com.evil.example", False),
        ("http://app.example.com", False),
        ("null", False),
    ],
)
@pytest.mark.parametrize("path", ["/health/live", "/tasks", "/broken"])
def test_only_listed_origins_may_read_answers(
    client: TestClient, origin: str, path: str, *, allowed: bool
) -> None:
    answer = client.get(path, headers={"Origin": origin})
    preflight = client.options("/tasks", headers=PREFLIGHT | {"Origin": origin})

    expected = origin if allowed else None
    assert answer.headers.get("access-control-allow-origin") == expected
    assert preflight.headers.get("access-control-allow-origin") == expected
    assert preflight.status_code == (200 if allowed else 400)
    assert "access-control-allow-credentials" not in answer.headers


def test_without_origins_no_other_page_may_read_answers() -> None:
    with client_of(new_app()) as client:
        answer = client.options("/tasks", headers=PREFLIGHT)

    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


HOSTS = "localhost, API.example.com,*.example.org"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("api.example.com", 200),
        ("a.example.org", 200),
        ("example.org", 400),
        ("127.0.0.1", 400),
        ("api.example.com.evil.example", 400),
        ("", 400),
    ],
)
def test_only_listed_hosts_are_ours_but_probes_come_under_any_name(
    monkeypatch: pytest.MonkeyPatch, host: str, status: int
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", HOSTS)

    with client_of(new_app()) as client:
        assert client.get("/docs", headers={"Host": host}).status_code == status
        for probe in ("/health/live", "/health/ready"):
            assert client.get(probe, headers={"Host": host}).status_code == 200
