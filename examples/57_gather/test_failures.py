"""What a client gets, and what the log keeps, when a source fails, hangs or is cancelled."""

import asyncio
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient

from main import app
from sources import Sources
from staged import CAUSE, Act, Staged, after, be_cancelled, fail

Use = Callable[[Sources], None]

PROFILE = "/users/7/profile"
SAFE = "/users/7/profile-safe"
PARTS = pytest.mark.parametrize("part", ["user", "orders", "preferences"])
HOUR = after(3600)


async def time_out() -> None:
    """Give up before the app does, as a client with a timeout of its own."""
    raise TimeoutError(CAUSE)


@PARTS
@pytest.mark.parametrize(
    ("act", "status"),
    [(HOUR, 504), (after(2.1), 504), (time_out, 504), (fail, 502), (be_cancelled, 502)],
    ids=["hangs", "slow", "times out", "fails", "is cancelled"],
)
def test_without_a_part_there_is_no_profile(
    client: TestClient, use: Use, part: str, act: Act, status: int
) -> None:
    use(Staged(**{part: act}))

    answer = client.get(PROFILE)

    assert answer.status_code == status, answer.text
    assert part in answer.json()["detail"]


@PARTS
@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (HOUR, "timed out"),
        (after(2.1), "timed out"),
        (time_out, "timed out"),
        (fail, "unavailable"),
        (be_cancelled, "unavailable"),
    ],
    ids=["hangs", "slow", "times out", "fails", "is cancelled"],
)
def test_the_safe_profile_does_without_a_part(
    client: TestClient, use: Use, part: str, act: Act, reason: str
) -> None:
    whole = client.get(SAFE).json()
    use(Staged(**{part: act}))

    answer = client.get(SAFE)

    assert answer.status_code == 200, answer.text
    expected = whole | {part: {"error": reason}}
    assert answer.json() | {"fetch_time_ms": 0} == expected | {"fetch_time_ms": 0}


def test_the_safe_profile_may_lack_all_parts(client: TestClient, use: Use) -> None:
    use(Staged(user=fail, orders=HOUR, preferences=be_cancelled))

    answer = client.get(SAFE)

    assert answer.status_code == 200
    assert answer.json()["user"] == {"error": "unavailable"}
    assert answer.json()["orders"] == {"error": "timed out"}
    assert answer.json()["preferences"] == {"error": "unavailable"}


@pytest.mark.parametrize("path", [PROFILE, SAFE])
def test_a_part_has_two_seconds(client: TestClient, use: Use, path: str) -> None:
    use(Staged(orders=after(1.9)))

    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.json()["orders"] == [{"id": 1, "item": "Keyboard"}, {"id": 2, "item": "Lamp"}]


@pytest.mark.parametrize("path", [PROFILE, SAFE])
def test_the_cause_is_in_the_log_and_not_in_the_answer(
    client: TestClient, use: Use, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    use(Staged(orders=fail))

    answer = client.get(path)

    assert CAUSE in caplog.text
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text


@pytest.mark.parametrize("path", [PROFILE, SAFE])
def test_a_profile_without_trouble_logs_none(
    client: TestClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.get(path)

    assert not [record for record in caplog.records if record.levelname != "DEBUG"]


@pytest.fixture
def anyio_backend() -> str:
    """Run tests that are `async` as uvicorn runs the app."""
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize("path", [PROFILE, SAFE])
async def test_a_request_that_is_cancelled_stops_what_it_waits_for(use: Use, path: str) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def wait_for_ever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    use(Staged(user=wait_for_ever))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        request = asyncio.create_task(client.get(path))
        await begun.wait()
        request.cancel()

        with pytest.raises(asyncio.CancelledError):
            await request
    assert stopped.is_set()
