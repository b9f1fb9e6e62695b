"""GET /users/me: the user whom a token names, for as long as its key is in use."""

import time
from collections.abc import Callable

import pytest
from clients import client_of, new_app
from fastapi.testclient import TestClient

USER = "7e57ed00-0000-4000-a000-000000000001"
DISABLED_USER = "7e57ed00-0000-4000-a000-000000000003"


def test_a_token_says_who_its_bearer_is(client: TestClient) -> None:
    answer = client.get("/users/me")

    assert answer.status_code == 200
    assert answer.json() == {
        "id": USER,
        "username": "testuser",
        "email": "testuser@example.com",
        "full_name": "Test User",
        "disabled": False,
    }


def test_without_a_token_nobody_is_there(anonymous: TestClient) -> None:
    answer = anonymous.get("/users/me")

    assert answer.status_code == 401
    assert answer.json() == {"detail": "Not authenticated"}
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_disabled_user_with_an_older_token_is_kept_out(
    anonymous: TestClient, make_token: Callable[..., str]
) -> None:
    token = make_token({"sub": DISABLED_USER, "exp": int(time.time()) + 60})

    answer = anonymous.get("/users/me", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403
    assert answer.json() == {"detail": "The user is disabled"}


def status_after_a_new_start(client: TestClient) -> int:
    """Start the app a second time; return what it says to the token of the first."""
    with client_of(new_app()) as second:
        return second.get("/users/me", headers=client.headers).status_code


def test_a_token_holds_for_the_next_start_with_the_same_key(client: TestClient) -> None:
    assert client.get("/users/me").status_code == 200

    assert status_after_a_new_start(client) == 200


def test_a_random_key_holds_for_one_start(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    client: TestClient = request.getfixturevalue("anonymous")
    client.headers.update(request.getfixturevalue("sign_in")("testuser"))
    assert client.get("/users/me").status_code == 200

    assert status_after_a_new_start(client) == 401
