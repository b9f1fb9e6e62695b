"""An app made to order: with settings of its own, and apart from any other."""

from importlib import import_module

import pytest
from builders import a_task, save
from clients import client_of
from databases import Database
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.config import Settings
from app.models import User


@pytest.fixture
def bad_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  # made before
    """Set variables with which no app starts."""
    for name in ("ENVIRONMENT", "SECRET_KEY", "DATABASE_URL"):
        monkeypatch.setenv(name, "wrong")


@pytest.mark.usefixtures("bad_environment")
def test_an_app_with_settings_does_not_look_at_the_environment(app: FastAPI) -> None:
    with client_of(app) as client:
        assert client.get("/").status_code == 200


@pytest.mark.usefixtures("bad_environment")
def test_what_is_wrong_in_the_environment_is_told_at_the_start() -> None:
    app = import_module("app.main").create_app()

    with pytest.raises(Exception, match="SECRET_KEY"), TestClient(app):
        pass


def test_each_call_makes_another_app(settings: Settings) -> None:
    create_app = import_module("app.main").create_app

    apps = [create_app(settings), create_app(settings), import_module("app.main").app]

    assert len({id(app) for app in apps}) == 3


def test_two_apps_count_wrong_logins_apart(app: FastAPI, client: TestClient) -> None:
    wrong = {"username": "testuser", "password": "wrong"}
    with client_of(app) as other:
        for _ in range(11):
            last = client.post("/token", data=wrong)

        assert last.status_code == 429
        assert other.post("/token", data=wrong).status_code == 401


def test_the_builders_fill_the_database_that_the_app_reads(
    authenticated_client: TestClient, ada: User, database: Database
) -> None:
    save(database, a_task(ada, title="Buy milk"), a_task(ada, title="Buy tea", completed=True))

    tasks = authenticated_client.get("/tasks").json()

    assert [(task["title"], task["completed"]) for task in tasks] == [
        ("Buy milk", False),
        ("Buy tea", True),
    ]


def test_two_clients_speak_to_one_app_as_two_users(
    authenticated_client: TestClient, other_client: TestClient
) -> None:
    path = f"/tasks/{authenticated_client.post('/tasks', json={'title': 'Buy milk'}).json()['id']}"

    assert authenticated_client.get("/users/me").json()["username"] == "ada"
    assert other_client.get("/users/me").json()["username"] == "bob"
    assert authenticated_client.get(path).status_code == 200
    assert other_client.get(path).status_code == 404
