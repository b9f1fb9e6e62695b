"""POST /register: become a user, under a name that nobody has."""

import pytest
from databases import Database
from fastapi.testclient import TestClient
from httpx2 import Response

RIGHT = "correct horse"
NEW_USER = {"username": "ada", "password": RIGHT}


def register(client: TestClient, **fields: object) -> Response:
    """Register with these fields in addition to a name and a password."""
    return client.post("/register", json=NEW_USER | fields)


def log_in(client: TestClient, username: str) -> dict[str, str]:
    """Log in; return the headers to send from now on."""
    answer = client.post("/token", data={"username": username, "password": RIGHT})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_who_registers_can_log_in_and_work(anonymous: TestClient) -> None:
    answer = register(anonymous, email="ada@example.com", full_name="Ada Lovelace")

    assert answer.status_code == 201
    user = answer.json()
    assert user == {
        "id": user["id"],
        "username": "ada",
        "email": "ada@example.com",
        "full_name": "Ada Lovelace",
        "disabled": False,
    }
    headers = log_in(anonymous, "ada")
    assert anonymous.get("/users/me", headers=headers).json() == user
    assert anonymous.get("/tasks", headers=headers).json() == []
    created = anonymous.post("/tasks", json={"title": "Buy milk"}, headers=headers)
    assert created.status_code == 201


def test_a_name_and_a_password_are_enough(anonymous: TestClient) -> None:
    user = register(anonymous).json()

    assert (user["email"], user["full_name"]) == (None, None)
    assert register(anonymous, username="grace", email=None).status_code == 201


def test_the_password_is_kept_as_a_hash_and_never_shown(
    anonymous: TestClient, database: Database
) -> None:
    answers = register(anonymous).text + str(log_in(anonymous, "ada"))

    [(kept,)] = database.run("SELECT password_hash FROM users WHERE username = 'ada'")
    assert kept.startswith("$argon2id$")
    assert "argon2" not in answers
    assert RIGHT not in answers


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("username", "  Ada.Lovelace_1-2 ", "ada.lovelace_1-2"),
        ("username", "ADA", "ada"),
        ("email", " Ada@Example.COM ", "ada@example.com"),
        ("full_name", "  Ada Lovelace ", "Ada Lovelace"),
        ("full_name", "Ada 🧮 Lovelace", "Ada 🧮 Lovelace"),
    ],
)
def test_what_is_sent_is_tidied_up(anonymous: TestClient, field: str, sent: str, kept: str) -> None:
    assert register(anonymous, **{field: sent}).json()[field] == kept


@pytest.mark.parametrize("spelling", ["ada", "ADA", " Ada "])
def test_a_name_that_is_taken_is_taken_in_every_spelling(
    anonymous: TestClient, spelling: str
) -> None:
    register(anonymous)

    answer = register(anonymous, username=spelling, email="other@example.com")

    assert answer.status_code == 409
    assert answer.json() == {"detail": "Username already registered"}


@pytest.mark.parametrize("spelling", ["ada@example.com", "ADA@EXAMPLE.COM", " Ada@example.com "])
def test_an_email_that_is_taken_is_taken_in_every_spelling(
    anonymous: TestClient, spelling: str
) -> None:
    register(anonymous, email="ada@example.com")

    answer = register(anonymous, username="grace", email=spelling)

    assert answer.status_code == 409
    assert answer.json() == {"detail": "Email already registered"}


def test_who_is_refused_may_choose_another_name(anonymous: TestClient) -> None:
    assert register(anonymous, username="testuser").status_code == 409
    assert register(anonymous).status_code == 201
