"""A token ends when its time is over: nobody has to wait for that, for the test sets the clock."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "passed", "status"),
    [
        (30, timedelta(minutes=30, seconds=-1), 200),
        (30, timedelta(minutes=30, seconds=1), 401),
        (1, timedelta(seconds=59), 200),
        (1, timedelta(seconds=61), 401),
    ],
)
def test_a_token_holds_for_the_minutes_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    minutes: int,
    passed: timedelta,
    status: int,
) -> None:
    monkeypatch.setenv("ACCESS_TOKEN_EXPIRE_MINUTES", str(minutes))
    with time_machine.travel(NOW, tick=False) as clock:
        client: TestClient = request.getfixturevalue("client")  # It logs in at this moment.
        assert client.get("/users/me").status_code == 200

        clock.shift(passed)

        assert client.get("/users/me").status_code == status
