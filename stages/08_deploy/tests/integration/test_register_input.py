"""What POST /register refuses: it names the field, and repeats nothing of what was sent."""

import json
from typing import Any

import pytest
from databases import Database
from fastapi.testclient import TestClient
from httpx2 import Response

RIGHT = "correct horse"


def register(client: TestClient, **fields: object) -> Response:
    """Register with these fields in addition to a name and a password."""
    body = json.dumps({"username": "ada", "password": RIGHT} | fields)
    return client.post("/register", content=body, headers={"content-type": "application/json"})


WRONG: list[tuple[str, object]] = [
    ("username", None),
    ("username", "ab"),
    ("username", " ab "),
    ("username", "x" * 51),
    ("username", "ada lovelace"),
    ("username", "ada\nlovelace"),
    ("username", "ädä"),
    ("username", "ada\0"),
    ("username", "ada@example.com"),
    ("username", 12345),
    ("password", None),
    ("password", "x" * 7),
    ("password", "x" * 129),
    ("password", 12345678),
    ("email", "ada"),
    ("email", "ada@"),
    ("email", "ada@example"),
    ("email", "a" * 250 + "@example.com"),
    ("email", "ada\0@example.com"),
    ("email", ["ada@example.com"]),
    ("full_name", "x" * 101),
    ("full_name", "Ada\0"),
    ("full_name", 1),
    ("id", "7e57ed00-0000-4000-a000-000000000009"),
    ("disabled", False),
    ("is_superuser", True),
    ("password_hash", "hunter2"),
    ("created_at", "2026-01-01T00:00:00Z"),
]


@pytest.mark.parametrize(("field", "wrong"), WRONG, ids=lambda value: ascii(value)[:20])
def test_what_breaks_a_rule_is_named_and_not_repeated(
    anonymous: TestClient,
    database: Database,
    field: str,
    wrong: Any,  # noqa: ANN401
) -> None:
    answer = register(anonymous, **{field: wrong})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]
    assert "hunter2" not in answer.text
    assert RIGHT not in answer.text
    assert len(database.run("SELECT id FROM users")) == 3


@pytest.mark.parametrize("field", ["username", "password", "email", "full_name"])
def test_half_a_character_is_refused(anonymous: TestClient, field: str) -> None:
    answer = register(anonymous, **{field: "adalovelace\ud800"})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]


def test_bounds_of_name_and_password_belong_to_them(anonymous: TestClient) -> None:
    assert register(anonymous, username="x" * 50, password="x" * 8).status_code == 201
    assert register(anonymous, username="xyz", password="🔑" * 128).status_code == 201
    form = {"username": "xyz", "password": "🔑" * 128}
    assert anonymous.post("/token", data=form).status_code == 200


@pytest.mark.parametrize("body", [b"null", b"[]", b"5", b"", b'{"username":', b"\xff", b"[" * 9999])
def test_a_body_that_is_no_object_is_refused(anonymous: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/json"}

    assert anonymous.post("/register", content=body, headers=headers).status_code in (400, 422)


def test_a_body_that_is_not_declared_as_json_is_refused(anonymous: TestClient) -> None:
    answer = anonymous.post("/register", data={"username": "ada", "password": RIGHT})

    assert answer.status_code == 422
    assert RIGHT not in answer.text


def test_a_large_body_is_refused(anonymous: TestClient) -> None:
    assert register(anonymous, full_name="x" * 1_000_000).status_code == 413
