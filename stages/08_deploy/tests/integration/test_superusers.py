"""What only a superuser may do: list, disable and delete users."""

from typing import Any

import pytest
from databases import Database
from fastapi.testclient import TestClient

ME = "7e57ed00-0000-4000-a000-000000000001"
OTHER = "7e57ed00-0000-4000-a000-000000000002"
DISABLED = "7e57ed00-0000-4000-a000-000000000003"
UNKNOWN = "7e57ed00-0000-4000-a000-000000000009"
ALL: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/users", None),
    ("PATCH", f"/users/{OTHER}", {"disabled": True}),
    ("DELETE", f"/users/{OTHER}", None),
]


@pytest.fixture
def superuser(client: TestClient, database: Database) -> TestClient:
    """Speak to the app as testuser, who is a superuser now."""
    database.run("UPDATE users SET is_superuser = true WHERE username = 'testuser'")
    return client


def names(client: TestClient, **query: int) -> list[str]:
    """Return the names that the list shows for `query`."""
    answer = client.get("/users", params=query)
    assert answer.status_code == 200, answer.text
    return [user["username"] for user in answer.json()]


@pytest.mark.parametrize(("method", "path", "body"), ALL)
def test_nobody_else_may(
    client: TestClient, database: Database, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = client.request(method, path, json=body)

    assert answer.status_code == 403
    assert answer.json() == {"detail": "Only a superuser may do this"}
    assert database.run("SELECT id FROM users WHERE disabled") != []
    assert len(database.run("SELECT id FROM users WHERE NOT disabled")) == 2


@pytest.mark.parametrize(("method", "path", "body"), ALL)
def test_without_a_token_nobody_is_let_in(
    anonymous: TestClient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    assert anonymous.request(method, path, json=body).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), ALL)
def test_a_superuser_who_is_disabled_is_kept_out(
    superuser: TestClient, database: Database, method: str, path: str, body: dict[str, Any] | None
) -> None:
    database.run("UPDATE users SET disabled = true WHERE username = 'testuser'")

    answer = superuser.request(method, path, json=body)

    assert answer.status_code == 403
    assert answer.json() == {"detail": "The user is disabled"}


def test_users_are_listed_in_the_order_of_creation(superuser: TestClient) -> None:
    for name in ("zoe", "ada"):
        new_user = {"username": name, "password": "password123"}
        assert superuser.post("/register", json=new_user).status_code == 201

    assert names(superuser) == ["testuser", "otheruser", "disableduser", "zoe", "ada"]
    assert names(superuser, skip=3, limit=1) == ["zoe"]
    assert names(superuser, skip=2**63 - 1) == []


def test_a_user_is_listed_without_what_is_secret(superuser: TestClient) -> None:
    first = superuser.get("/users").json()[0]

    assert first == superuser.get("/users/me").json()
    assert set(first) == {"id", "username", "email", "full_name", "disabled"}


def test_a_list_of_users_has_ten_and_at_most_a_hundred(superuser: TestClient) -> None:
    for number in range(8):
        new_user = {"username": f"user{number}", "password": "password123"}
        superuser.post("/register", json=new_user)

    assert len(names(superuser)) == 10
    for query in ("limit=101", "limit=0", "skip=-1", f"skip={2**63}"):
        assert superuser.get(f"/users?{query}").status_code == 422


def test_a_disabled_user_is_kept_out_until_let_in_again(
    superuser: TestClient,
    sign_in: Any,  # noqa: ANN401
) -> None:
    theirs = sign_in("otheruser")

    answer = superuser.patch(f"/users/{OTHER}", json={"disabled": True})
    assert (answer.status_code, answer.json()["disabled"]) == (200, True)
    assert superuser.get("/tasks", headers=theirs).status_code == 403
    form = {"username": "otheruser", "password": "password123"}
    assert superuser.post("/token", data=form).status_code == 401

    answer = superuser.patch(f"/users/{OTHER}", json={"disabled": False})
    assert (answer.status_code, answer.json()["disabled"]) == (200, False)
    assert superuser.get("/tasks", headers=theirs).status_code == 200


def test_an_empty_update_changes_nothing(superuser: TestClient) -> None:
    answer = superuser.patch(f"/users/{DISABLED}", json={})

    assert (answer.status_code, answer.json()["disabled"]) == (200, True)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("disabled", None), ("disabled", "yes"), ("disabled", 1), ("is_superuser", True), ("id", ME)],
)
def test_a_superuser_changes_nothing_else(superuser: TestClient, field: str, wrong: object) -> None:
    answer = superuser.patch(f"/users/{OTHER}", json={field: wrong})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_unknown_user_is_not_found(superuser: TestClient, method: str) -> None:
    body = {"disabled": True} if method == "PATCH" else None
    answer = superuser.request(method, f"/users/{UNKNOWN}", json=body)

    assert answer.status_code == 404
    assert answer.json() == {"detail": f"User with ID {UNKNOWN} not found"}


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("user_id", ["hunter2", "1", "%00", "me"])
def test_what_is_no_id_is_refused(superuser: TestClient, method: str, user_id: str) -> None:
    body = {"disabled": True} if method == "PATCH" else None
    answer = superuser.request(method, f"/users/{user_id}", json=body)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["path", "user_id"]
    assert "hunter2" not in answer.text
