"""While passwords are hashed, two at a time, nobody keeps a connection that others need."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import argon2.low_level
import pytest
from fastapi.testclient import TestClient
from servers import until

PATIENCE = 20.0
MANY = 40
"""More than an engine has connections."""


class Held:
    """A function of Argon2, held up: each call waits until all are let go."""

    def __init__(self, real: Callable[..., object]) -> None:
        self.real = real
        self.calls = 0
        self.allowed = threading.Event()

    def __call__(self, *arguments: object, **named: object) -> object:
        """Wait, and do the work."""
        self.calls += 1
        self.allowed.wait(PATIENCE)
        return self.real(*arguments, **named)


def statuses_when_held(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, function: str, send: Callable[[int], int]
) -> set[int]:
    """Send many requests that wait for a hash, look at a list meanwhile; return their statuses."""
    held = Held(getattr(argon2.low_level, function))
    monkeypatch.setattr(argon2.low_level, function, held)
    with ThreadPoolExecutor(MANY) as pool:
        jobs = [pool.submit(send, number) for number in range(MANY)]
        try:
            until(lambda: held.calls == 2 or any(job.done() for job in jobs))
            assert client.get("/tasks").status_code == 200
            assert not any(job.done() for job in jobs)
        finally:
            held.allowed.set()
        return {job.result(PATIENCE) for job in jobs}


def test_who_logs_in_holds_no_connection(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(number: int) -> int:
        form = {"username": f"user{number}", "password": "password123"}
        return client.post("/token", data=form).status_code

    assert statuses_when_held(client, monkeypatch, "verify_secret", send) == {401}


def test_who_registers_holds_no_connection(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(number: int) -> int:
        new_user = {"username": f"user{number}", "password": "password123"}
        return client.post("/register", json=new_user).status_code

    assert statuses_when_held(client, monkeypatch, "hash_secret", send) == {201}
