"""A name is the same name in every spelling that a login trims and lower-cases to it."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("username", ["TestUser", " testuser ", "\tTESTUSER\n"])
def test_a_user_may_log_in_with_any_spelling(anonymous: TestClient, username: str) -> None:
    form = {"username": username, "password": "password123"}

    assert anonymous.post("/token", data=form).status_code == 200


def test_wrong_logins_are_counted_for_all_spellings_together(anonymous: TestClient) -> None:
    for username in ["testuser", "TESTUSER", " TestUser ", "testuser\n", "tEsTuSeR"] * 2:
        wrong = {"username": username, "password": "password124"}
        assert anonymous.post("/token", data=wrong).status_code == 401

    for username in ["testuser", "Testuser"]:
        right = {"username": username, "password": "password123"}
        assert anonymous.post("/token", data=right).status_code == 429
