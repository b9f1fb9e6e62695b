"""All that clients build on is below the prefix, and nothing of it where it was before."""

from urllib.parse import urljoin

import pytest
from clients import new_app
from databases import Database
from fastapi.testclient import TestClient

HOST = "http://localhost"
LOGIN = {"username": "testuser", "password": "password123"}
OLD = [
    ("POST", "/token"),
    ("POST", "/register"),
    ("GET", "/users"),
    ("GET", "/users/me"),
    ("GET", "/tasks"),
    ("GET", "/tasks/1"),
]


@pytest.mark.parametrize(("method", "path"), OLD)
def test_nothing_is_left_at_the_old_paths(method: str, path: str) -> None:
    with TestClient(new_app(), base_url=HOST) as client:
        assert client.request(method, path).status_code == 404
        assert client.request(method, f"/api/v1{path}").status_code in (401, 422)


@pytest.mark.parametrize("prefix", ["/api/v1", "/todo", ""])
def test_the_prefix_is_a_setting_and_the_docs_page_logs_in_below_it(
    monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    monkeypatch.setenv("API_PREFIX", prefix)

    with TestClient(new_app(), base_url=HOST) as client:
        schema = client.get("/openapi.json").json()
        [scheme] = schema["components"]["securitySchemes"].values()
        login = urljoin("/docs", scheme["flows"]["password"]["tokenUrl"])
        token = client.post(login, data=LOGIN).json()["access_token"]
        answer = client.get(f"{prefix}/tasks", headers={"Authorization": f"Bearer {token}"})

    assert login == f"{prefix}/token"
    assert answer.json() == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("API_PREFIX", "api/v1"),
        ("API_PREFIX", "/api/v1/"),
        ("API_PREFIX", "/api/{version}"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "localhost,"),
        ("ALLOWED_HOSTS", "http://localhost"),
        ("ALLOWED_HOSTS", "example.*"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "example.com"),
        ("CORS_ORIGINS", "https://example.com/"),
    ],
)
def test_a_wrong_setting_of_the_shape_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    monkeypatch.setenv(name, wrong)
    app = new_app()

    with pytest.raises(Exception, match=name), TestClient(app):
        pass


@pytest.mark.parametrize("environment_name", ["development", "staging", "production"])
def test_the_docs_are_closed_in_production(
    monkeypatch: pytest.MonkeyPatch, environment_name: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment_name)
    expected = 404 if environment_name == "production" else 200

    with TestClient(new_app(), base_url=HOST) as client:
        for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
            assert client.get(path).status_code == expected, path
        assert ("/docs" in client.get("/").text) == (expected == 200)
        assert client.get("/health/ready").status_code == 200


def test_the_root_is_a_page(client: TestClient) -> None:
    answer = client.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "The app is ready." in answer.text
    assert "<script" not in answer.text


def test_the_page_says_when_the_database_is_gone(client: TestClient, database: Database) -> None:
    database.run("ALTER TABLE alembic_version RENAME TO hidden")
    try:
        text = client.get("/").text
    finally:
        database.run("ALTER TABLE hidden RENAME TO alembic_version")

    assert "its database does not answer" in text
