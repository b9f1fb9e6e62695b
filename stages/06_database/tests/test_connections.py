"""While passwords are hashed, two at a time, nobody keeps a connection that others need."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import argon2.low_level
import pytest
from fastapi.testclient import TestClient

PATIENCE = 20.0
MANY = 40
"""More than an engine has connections."""


class Held:
    """A function of Argon2, held up: each call waits until all are let go."""

    def __init__(self, real: Callable[..., object]) -> None:
        self.real = real
        self.entered = threading.Semaphore(0)
        self.allowed = threading.Event()

    def __call__(self, *arguments: object, **named: object) -> object:
        """Say that it is called, wait, and do the work."""
        self.entered.release()
        self.allowed.wait(PATIENCE)
        return self.real(*arguments, **named)


@pytest.mark.parametrize(
    ("function", "path"), [("verify_secret", "/token"), ("hash_secret", "/register")]
)
def test_who_waits_for_a_hash_holds_no_connection(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, function: str, path: str
) -> None:
    def send(number: int) -> int:
        sent = {"username": f"user{number}", "password": "password123"}
        kind = {"data": sent} if path == "/token" else {"json": sent}
        return client.post(path, **kind).status_code  # type: ignore[arg-type]

    held = Held(getattr(argon2.low_level, function))
    monkeypatch.setattr(argon2.low_level, function, held)

    with ThreadPoolExecutor(MANY) as pool:
        jobs = [pool.submit(send, number) for number in range(MANY)]
        try:
            assert all(held.entered.acquire(timeout=PATIENCE) for _ in range(2))
            assert client.get("/tasks").status_code == 200
            assert not any(job.done() for job in jobs)
        finally:
            held.allowed.set()
        statuses = {job.result(PATIENCE) for job in jobs}

    assert statuses == {401 if path == "/token" else 201}
