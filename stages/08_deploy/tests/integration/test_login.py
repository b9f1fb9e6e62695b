"""POST /token: a username and a password for a token."""

import base64
import json
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

FORM = {"username": "testuser", "password": "password123"}


def claims(answer: Response) -> dict[str, Any]:
    """Return what the new token says, without looking at its signature."""
    assert answer.status_code == 200, answer.text
    payload = answer.json()["access_token"].split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return said


def check_wrong(answer: Response) -> None:
    """Check that the answer is the one same 401."""
    assert answer.status_code == 401, answer.text
    assert answer.json() == {"detail": "Wrong username or password"}
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_right_password_gives_a_token(anonymous: TestClient) -> None:
    answer = anonymous.post("/token", data=FORM)

    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type"}
    assert answer.json()["token_type"] == "bearer"
    assert answer.headers["cache-control"] == "no-store"


def test_a_token_says_who_and_until_when_and_no_more(anonymous: TestClient) -> None:
    before = int(time.time())
    said = claims(anonymous.post("/token", data=FORM))

    assert said.keys() == {"sub", "exp"}
    assert said["sub"] == "7e57ed00-0000-4000-a000-000000000001"
    assert before + 30 * 60 <= said["exp"] <= time.time() + 30 * 60


def test_the_lifetime_of_a_token_is_a_setting(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("ACCESS_TOKEN_EXPIRE_MINUTES", "5")
    before = int(time.time())
    said = claims(request.getfixturevalue("anonymous").post("/token", data=FORM))

    assert before + 5 * 60 <= said["exp"] <= time.time() + 5 * 60


@pytest.mark.parametrize(
    "password",
    [
        "password12",
        "password1234",
        "Password123",
        " password123",
        "password123\0",
        "\0",
        "x" * 5000,
        "x" * 200_000,
        "pässwörd",
        "🔑" * 300,
        "password123 ",
    ],
    ids=lambda password: ascii(password[:14]) + f", {len(password)} long",
)
@pytest.mark.parametrize("username", ["testuser", "disableduser", "nobody"])
def test_a_wrong_password_and_an_unknown_name_are_told_the_same(
    anonymous: TestClient, username: str, password: str
) -> None:
    check_wrong(anonymous.post("/token", data={"username": username, "password": password}))


@pytest.mark.parametrize("username", ["testuse", "test user", "\0", "testuser\0", "ü", "x" * 5000])
def test_another_name_is_another_user(anonymous: TestClient, username: str) -> None:
    check_wrong(anonymous.post("/token", data=FORM | {"username": username}))


def test_a_disabled_user_is_told_nothing_else(anonymous: TestClient) -> None:
    check_wrong(anonymous.post("/token", data=FORM | {"username": "disableduser"}))
