"""A token ends when its time is over: nobody has to wait for that, for the test sets the clock."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient

from app.core.config import Settings

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def settings(settings: Settings, minutes: int) -> Settings:
    """Let tokens hold for some minutes."""
    return settings.model_copy(update={"access_token_expire_minutes": minutes})


@pytest.mark.parametrize("minutes", [1, 30])
@pytest.mark.parametrize(("left", "status"), [(0, 200), (-1, 401)])
def test_a_token_holds_for_the_minutes_of_the_settings(
    running: TestClient, minutes: int, left: int, status: int
) -> None:
    form = {"username": "testuser", "password": "password123"}
    with time_machine.travel(NOW, tick=False) as clock:
        token = running.post("/token", data=form).json()["access_token"]

        clock.shift(timedelta(minutes=minutes, seconds=-left))

        answer = running.get("/users/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
