"""Hashing: as much work for a wrong name as for a wrong password, and never in the way."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import argon2.low_level
import pytest
from fastapi.testclient import TestClient

PATIENCE = 10.0


def log_in(client: TestClient, username: str, password: str) -> int:
    """Try to log in; return the status."""
    form = {"username": username, "password": password}
    return client.post("/token", data=form).status_code


@pytest.fixture
def work(anonymous: TestClient, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each call of Argon2, once the app has started."""
    assert anonymous.get("/").status_code == 200
    calls: list[str] = []

    def noted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # as Argon2 has them
            calls.append(name)
            return real(*arguments, **named)

        return call

    for name in ("hash_secret", "verify_secret"):
        monkeypatch.setattr(argon2.low_level, name, noted(name, getattr(argon2.low_level, name)))
    return calls


@pytest.mark.parametrize("password", ["wrong", "x" * 5000, "password123\0"])
@pytest.mark.parametrize("username", ["testuser", "disableduser", "nobody", "x" * 5000])
def test_each_wrong_login_costs_one_verification(
    anonymous: TestClient, work: list[str], username: str, password: str
) -> None:
    assert log_in(anonymous, username, password) == 401

    assert work == ["verify_secret"]


def test_a_disabled_user_costs_as_much_with_the_right_password(
    anonymous: TestClient, work: list[str]
) -> None:
    assert log_in(anonymous, "disableduser", "password123") == 401

    assert work == ["verify_secret"]


class Held:
    """Argon2, held up: each verification waits until all are let go."""

    def __init__(self, real: Callable[..., bool]) -> None:
        self.real = real
        self.allowed = threading.Event()
        self.changed = threading.Condition()
        self.now = 0
        self.most = 0

    def __call__(self, *arguments: object) -> bool:
        """Wait, then verify."""
        with self.changed:
            self.now += 1
            self.most = max(self.most, self.now)
            self.changed.notify_all()
        self.allowed.wait(PATIENCE)
        with self.changed:
            # A third one that may run does so now, for two are still here.
            self.changed.wait_for(lambda: self.now > 2, 0.1)
            self.now -= 1
        return self.real(*arguments)


def test_hashing_is_off_the_event_loop_and_at_most_two_at_a_time(
    anonymous: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(argon2.low_level.verify_secret)
    monkeypatch.setattr(argon2.low_level, "verify_secret", held)

    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(log_in, anonymous, f"user{n}", "password123") for n in range(6)]
        with held.changed:
            assert held.changed.wait_for(lambda: held.now == 2, PATIENCE)
        meanwhile = [anonymous.get(path).status_code for path in ("/", "/docs", "/tasks")]
        held.allowed.set()
        statuses = [job.result(PATIENCE) for job in jobs]

    assert meanwhile == [200, 200, 401]
    assert statuses == [401] * 6
    assert held.most == 2
