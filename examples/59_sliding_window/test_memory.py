"""What is remembered of clients: only those of the last 60 seconds, and only so many."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import main
from conftest import Clock, passes

PATH = "/api/expensive"
At = Callable[[str], TestClient]


def test_a_client_is_remembered_once(app: FastAPI, client: TestClient) -> None:
    assert len(app.state.limiter) == 0
    assert passes(client, 15) == 10

    assert len(app.state.limiter) == 1


def test_clients_that_stay_away_are_forgotten(
    app: FastAPI, client: TestClient, at: At, clock: Clock
) -> None:
    client.get(PATH)
    for number in range(100):
        at(f"198.51.100.{number}").get(PATH)
    assert len(app.state.limiter) == 101
    clock.now = 30.0
    client.get(PATH)
    clock.now = 60.0
    client.get(PATH)

    remembered = len(app.state.limiter)
    assert remembered == 1, (
        f"100 clients stayed away for 60 seconds, and one came again and again: "
        f"1 should be remembered, but {remembered} are"
    )


def test_clients_that_come_again_and_again_are_remembered_once(
    app: FastAPI, at: At, clock: Clock
) -> None:
    for clock.now in range(0, 600, 20):
        for number in range(5):
            assert at(f"198.51.100.{number}").get(PATH).status_code == 200

    remembered = len(app.state.limiter)
    assert remembered == 5, (
        f"5 clients came every 20 seconds for ten minutes: 5 should be remembered, "
        f"but {remembered} are"
    )


def test_a_client_that_is_still_counted_is_not_forgotten(
    client: TestClient, at: At, clock: Clock
) -> None:
    at("198.51.100.1").get(PATH)
    assert passes(client, 5) == 5
    clock.now = 30.0
    assert passes(client, 3) == 3
    at("198.51.100.2").get(PATH)
    clock.now = 59.875

    assert passes(client, 5) == 2


@pytest.fixture
def crowded(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app remember three clients, and let those come."""
    monkeypatch.setattr(main, "MAX_CLIENTS", 3, raising=False)
    for number in range(3):
        assert at(f"198.51.100.{number}").get(PATH).status_code == 200


@pytest.mark.usefixtures("crowded")
def test_when_memory_is_full_nobody_new_gets_through(
    app: FastAPI, client: TestClient, at: At, clock: Clock
) -> None:
    clock.now = 30.0
    answer = client.get(PATH)

    assert answer.status_code == 429, (
        f"3 clients may be remembered, and a fourth one got {answer.status_code}: "
        "who is not remembered is not limited, so it has to be refused with 429"
    )
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert len(app.state.limiter) == 3
    assert passes(at("198.51.100.0"), 20) == 9


@pytest.mark.usefixtures("crowded")
def test_when_memory_has_room_again_a_new_client_gets_through(
    client: TestClient, clock: Clock
) -> None:
    client.get(PATH)
    clock.now = 60.0

    assert client.get(PATH).status_code == 200
