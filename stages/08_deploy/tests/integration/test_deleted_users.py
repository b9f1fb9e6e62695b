"""What remains of a user who is deleted: nothing; and superusers do not lock themselves out."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from databases import Database
from fastapi.testclient import TestClient
from servers import until

ME = "7e57ed00-0000-4000-a000-000000000001"
OTHER = "7e57ed00-0000-4000-a000-000000000002"
SignIn = Callable[[str], dict[str, str]]


@pytest.fixture
def superuser(client: TestClient, database: Database) -> TestClient:
    """Speak to the app as testuser, who is a superuser now."""
    database.run("UPDATE users SET is_superuser = true WHERE username = 'testuser'")
    return client


def test_the_tasks_of_a_deleted_user_go_too(
    superuser: TestClient, sign_in: SignIn, database: Database
) -> None:
    superuser.post("/tasks", json={"title": "Buy milk"})
    superuser.post("/tasks", json={"title": "Buy tea"}, headers=sign_in("otheruser"))

    answer = superuser.delete(f"/users/{OTHER}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert database.run("SELECT title FROM tasks") == [("Buy milk",)]
    assert len(database.run("SELECT id FROM users")) == 2


def test_an_old_token_does_not_open_a_new_account_of_the_same_name(
    superuser: TestClient, sign_in: SignIn
) -> None:
    old = sign_in("otheruser")
    superuser.post("/tasks", json={"title": "Buy tea"}, headers=old)
    superuser.delete(f"/users/{OTHER}")
    form = {"username": "otheruser", "password": "password123"}
    assert superuser.post("/token", data=form).status_code == 401
    assert superuser.post("/register", json=form).status_code == 201

    assert superuser.get("/users/me", headers=old).status_code == 401
    new = sign_in("otheruser")
    assert superuser.get("/tasks", headers=new).json() == []
    assert superuser.get("/users/me", headers=new).json()["id"] != OTHER


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"disabled": True}), ("DELETE", None)])
def test_superusers_cannot_shut_themselves_out(
    superuser: TestClient, method: str, body: dict[str, bool] | None
) -> None:
    answer = superuser.request(method, f"/users/{ME}", json=body)

    assert answer.status_code == 409
    assert answer.json()["error_type"] == "BusinessRuleViolation"
    assert superuser.get("/users/me").json()["disabled"] is False


def test_a_superuser_may_say_that_they_are_not_disabled(superuser: TestClient) -> None:
    assert superuser.patch(f"/users/{ME}", json={"disabled": False}).status_code == 200


def test_of_two_who_delete_a_user_one_finds_nobody(superuser: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: superuser.delete(f"/users/{OTHER}"), range(8)))

    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 7


WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def test_a_user_who_is_deleted_in_the_middle_of_a_request_is_not_authenticated(
    client: TestClient, database: Database
) -> None:
    answers: list[int] = []

    def create() -> None:
        answers.append(client.post("/tasks", json={"title": "Buy milk"}).status_code)

    thread = threading.Thread(target=create)
    with database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM users WHERE username = 'testuser'"))
        thread.start()
        if database.kind == "postgresql":  # The request has seen the user, and is at the insert.
            until(lambda: database.run(WAITING) != [])
    thread.join()

    assert answers == [401]
    assert database.run("SELECT id FROM tasks") == []
