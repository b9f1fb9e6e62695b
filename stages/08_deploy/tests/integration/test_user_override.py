"""Being somebody without a token: the current user overridden, and the database left as it is."""

from builders import a_user
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.dependencies import get_current_user


def test_whoever_is_put_in_place_of_the_current_user_is_signed_in(
    app: FastAPI, running: TestClient
) -> None:
    app.dependency_overrides[get_current_user] = lambda: a_user(username="ada")

    answer = running.get("/users/me")

    assert answer.status_code == 200
    assert answer.json()["username"] == "ada"


def test_what_builds_on_the_current_user_sees_the_override(
    app: FastAPI, running: TestClient
) -> None:
    app.dependency_overrides[get_current_user] = lambda: a_user(is_superuser=True)

    assert running.get("/users").status_code == 200


def test_an_override_that_is_taken_back_leaves_nothing(app: FastAPI, running: TestClient) -> None:
    app.dependency_overrides[get_current_user] = a_user
    app.dependency_overrides.clear()

    assert running.get("/users/me").status_code == 401
