"""Every answer has its headers, whoever gives it, and whatever went wrong."""

from collections.abc import Callable, Iterator

import httpx2
import pytest
from clients import client_of, new_app
from fastapi import FastAPI
from fastapi.testclient import TestClient

ORIGIN = "https://app.example.com"
SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
STRICT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
LARGE = b"x" * 1_000_001
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}

Ask = Callable[[TestClient], httpx2.Response]

ASKED: dict[str, tuple[int, Ask]] = {
    "a good answer": (200, lambda client: client.get("/health/live")),
    "the page": (200, lambda client: client.get("/")),
    "a redirect": (307, lambda client: client.get("/tasks/", follow_redirects=False)),
    "an unknown path": (404, lambda client: client.get("/nowhere")),
    "a wrong method": (405, lambda client: client.put("/tasks")),
    "without a token": (401, lambda client: client.get("/tasks")),
    "bad input": (422, lambda client: client.post("/register", json={})),
    "a body declared too large": (413, lambda client: client.post("/register", content=LARGE)),
    "a body found too large": (413, lambda client: client.post("/register", content=iter([LARGE]))),
    "another host": (400, lambda client: client.get("/", headers={"Host": "evil.example"})),
    "a preflight": (200, lambda client: client.options("/tasks", headers=PREFLIGHT)),
    "an error nobody expected": (500, lambda client: client.get("/broken")),
}


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """Make an app that a page of another origin may use, and that has a fault."""
    monkeypatch.setenv("CORS_ORIGINS", f"{ORIGIN}, http://localhost:3000")
    app = new_app()
    app.get("/broken")(lambda: 1 / 0)
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Speak to it as a browser does: errors are answers."""
    with client_of(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("what", ASKED)
def test_every_answer_has_all_headers_once(client: TestClient, what: str) -> None:
    status, ask = ASKED[what]

    answer = ask(client)

    assert answer.status_code == status
    expected = SECURITY | {"content-security-policy": STRICT}
    for name in (*expected, "x-request-id", "x-process-time"):
        assert len(answer.headers.get_list(name)) == 1, name
    assert {name: answer.headers[name] for name in expected} == expected
    assert float(answer.headers["x-process-time"]) > 0
    assert "strict-transport-security" not in answer.headers


def test_an_error_nobody_expected_is_answered_as_json_and_still_raised(app: FastAPI) -> None:
    with client_of(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken", headers={"Origin": ORIGIN})
    with client_of(app) as client, pytest.raises(ZeroDivisionError):
        client.get("/broken")

    assert answer.json() == {"detail": "Internal Server Error"}
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_production_asks_for_https_and_has_no_page_with_scripts(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    with client_of(new_app()) as public:
        for path in ("/", "/nowhere", "/tasks"):
            header = public.get(path).headers["strict-transport-security"]
            assert header == "max-age=31536000"
        assert public.get("/docs").headers["content-security-policy"] == STRICT

    assert "strict-transport-security" not in client.get("/").headers


@pytest.mark.parametrize("sent", ["abc", "a" * 64, "0-9_A.z"])
def test_a_good_request_id_comes_back(client: TestClient, sent: str) -> None:
    for path in ("/", "/nowhere", "/broken"):
        assert client.get(path, headers={"X-Request-ID": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "a" * 65, "a b", "a\tb", "é", '{"a":1}', "a\x7f"])
def test_a_bad_request_id_is_replaced(client: TestClient, sent: str) -> None:
    headers = {b"X-Request-ID": sent.encode("latin-1")}
    made = {client.get("/health/live", headers=headers).headers["x-request-id"] for _ in range(2)}

    assert len(made) == 2
    assert all(len(each) == 32 and each.isalnum() for each in made)


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_docs_may_load_scripts_and_nothing_else_may(client: TestClient, page: str) -> None:
    policy = client.get(page).headers["content-security-policy"]

    assert "script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net;" in policy
    assert "frame-ancestors 'none'" in policy
