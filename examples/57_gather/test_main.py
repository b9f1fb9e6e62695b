"""A profile in three parts, and that all three are asked for at once."""

from collections.abc import Callable
from time import perf_counter

import pytest
from fastapi.testclient import TestClient

from sources import Sources
from staged import AllOrNone, Staged, after

Use = Callable[[Sources], None]

PARTS = {
    "user": {"id": 7, "name": "User 7"},
    "orders": [{"id": 1, "item": "Keyboard"}, {"id": 2, "item": "Lamp"}],
    "preferences": {"theme": "dark", "language": "en"},
}
BOTH = pytest.mark.parametrize("path", ["/users/7/profile", "/users/7/profile-safe"])


def asked_at_once(client: TestClient, use: Use, path: str) -> int:
    """Return how many sources were being asked at the same time, at most."""
    sources = AllOrNone()
    use(sources)
    answer = client.get(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}: {answer.text}"
    return sources.most


def test_the_profile_asks_its_three_sources_at_once(client: TestClient, use: Use) -> None:
    most = asked_at_once(client, use, "/users/7/profile")

    assert most == 3, (
        f"/profile had {most} of its 3 sources at work at the same time: each was asked only "
        "when the one before had answered"
    )


def test_the_safe_profile_asks_its_three_sources_at_once(client: TestClient, use: Use) -> None:
    most = asked_at_once(client, use, "/users/7/profile-safe")

    assert most == 3, (
        f"/profile-safe had {most} of its 3 sources at work at the same time: each was asked "
        "only when the one before had answered"
    )


@BOTH
def test_a_profile_has_three_parts(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in PARTS} == PARTS
    assert set(answer.json()) == {*PARTS, "fetch_time_ms"}


@BOTH
def test_each_source_is_asked_once(client: TestClient, use: Use, path: str) -> None:
    sources = Staged()
    use(sources)

    client.get(path)

    assert sorted(sources.asked) == ["orders", "preferences", "user"]


@BOTH
def test_the_parts_are_put_in_their_places_whichever_comes_first(
    client: TestClient, use: Use, path: str
) -> None:
    use(Staged(user=after(0.3), orders=after(0.1), preferences=after(0.2)))

    answer = client.get(path).json()

    assert {name: answer[name] for name in PARTS} == PARTS


@BOTH
def test_the_profile_is_of_the_user_in_the_path(client: TestClient, path: str) -> None:
    other = path.replace("7", "8")

    assert client.get(other).json()["user"] == {"id": 8, "name": "User 8"}


@BOTH
def test_the_time_is_in_milliseconds(patient_client: TestClient, path: str) -> None:
    start = perf_counter()
    told = patient_client.get(path).json()["fetch_time_ms"]
    passed = (perf_counter() - start) * 1000

    assert 149 <= told <= passed + 1, f"{told} ms were told, {passed} ms passed"
