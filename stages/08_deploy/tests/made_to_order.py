"""An app of the test's own, two users whom it has made, and a client for each of them."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from builders import a_user, save
from clients import client_of
from databases import Database
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import make_url
from tokens import KEY, NEVER, MakeToken

from app.core.config import Settings
from app.models import User


@pytest.fixture
def settings(database: Database) -> Settings:
    """Give settings that do not come from the environment."""
    return Settings(secret_key=SecretStr(KEY), database_url=make_url(database.url))


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """Make an app of the test's own: what is replaced in it is replaced in no other."""
    made: FastAPI = import_module("app.main").create_app(settings)
    return made


@pytest.fixture
def running(app: FastAPI) -> Iterator[TestClient]:
    """Start the test's own app, and speak to it without a token."""
    with client_of(app) as client:
        yield client


@pytest.fixture
def ada(database: Database) -> User:
    """Give a user of the test's own."""
    user = a_user(username="ada")
    save(database, user)
    return user


@pytest.fixture
def bob(database: Database) -> User:
    """Give another user."""
    user = a_user(username="bob")
    save(database, user)
    return user


@pytest.fixture
def authenticated_client(running: TestClient, ada: User, make_token: MakeToken) -> TestClient:
    """Speak to the test's own app as ada."""
    return same_app(running, make_token({"sub": str(ada.id), "exp": NEVER}))


@pytest.fixture
def other_client(running: TestClient, bob: User, make_token: MakeToken) -> TestClient:
    """Speak to the same app as bob."""
    return same_app(running, make_token({"sub": str(bob.id), "exp": NEVER}))


def same_app(running: TestClient, token: str) -> TestClient:
    """Return a second client of an app that has started, with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    client = client_of(running.app, headers=headers)
    client.portal = running.portal
    client.app_state.update(running.app_state)
    return client
