"""The users are in the database: what is changed there holds from the next request on."""

from databases import Database
from fastapi.testclient import TestClient


def test_a_user_is_read_from_the_database_with_each_request(
    client: TestClient, database: Database
) -> None:
    database.run("UPDATE users SET full_name = 'Ada', email = NULL WHERE username = 'testuser'")

    user = client.get("/users/me").json()

    assert (user["full_name"], user["email"]) == ("Ada", None)


def test_a_user_who_is_disabled_in_the_database_is_kept_out(
    client: TestClient, database: Database
) -> None:
    database.run("UPDATE users SET disabled = true")

    assert client.get("/tasks").status_code == 403


def test_a_user_who_is_gone_is_not_authenticated(client: TestClient, database: Database) -> None:
    database.run("DELETE FROM users")

    for path in ("/users/me", "/tasks"):
        assert client.get(path).status_code == 401
    form = {"username": "testuser", "password": "password123"}
    assert client.post("/token", data=form).status_code == 401
