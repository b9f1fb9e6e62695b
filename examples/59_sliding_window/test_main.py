"""A client gets through ten times in any 60 seconds, and is told how often it still may."""

import random

import pytest
from fastapi.testclient import TestClient

from conftest import Clock, passes

PATH = "/api/expensive"


def test_a_client_gets_through_ten_times(client: TestClient) -> None:
    assert passes(client, 12) == 10


def test_an_answer_says_how_many_requests_are_left(client: TestClient) -> None:
    answers = [client.get(PATH) for _ in range(12)]

    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"10"}
    left = [int(answer.headers["X-RateLimit-Remaining"]) for answer in answers]
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]


def test_a_refusal_says_why_and_until_when(client: TestClient, clock: Clock) -> None:
    assert passes(client, 10) == 10
    clock.now = 50.5

    answer = client.get(PATH)

    assert answer.status_code == 429
    assert answer.json() == {"detail": "Too many requests: 10 in 60 seconds are allowed."}
    assert answer.headers["Retry-After"] == "10"


def test_whoever_waits_as_long_as_it_is_told_gets_through(client: TestClient, clock: Clock) -> None:
    for clock.now in (20.0, 20.25, 20.5, 33.0, 33.125, 40.0, 41.0, 42.0, 43.0, 44.0):
        assert client.get(PATH).status_code == 200
    for _ in range(12):
        refusal = client.get(PATH)
        assert refusal.status_code == 429
        clock.now += int(refusal.headers["Retry-After"])
        assert client.get(PATH).status_code == 200
        assert passes(client, 10) <= 9


def test_only_a_report_says_nothing_of_waiting(client: TestClient) -> None:
    answer = client.get(PATH)

    assert answer.json() == {"result": 332833500}
    assert "Retry-After" not in answer.headers


def test_who_was_refused_is_not_punished_for_it(client: TestClient, clock: Clock) -> None:
    assert passes(client, 50) == 10
    clock.now = 60.0

    assert passes(client, 20) == 10


def test_clients_are_counted_apart(client: TestClient) -> None:
    assert passes(client, 11) == 10
    neighbor = TestClient(client.app, client=("192.0.2.2", 50_000))

    assert passes(neighbor, 11) == 10


def test_another_port_is_no_other_client(client: TestClient) -> None:
    assert passes(client, 5) == 5
    again = TestClient(client.app, client=("192.0.2.1", 50_001))

    assert passes(again, 10) == 5


def test_around_a_boundary_ten_get_through(client: TestClient, clock: Clock) -> None:
    clock.now = 59.5
    before = passes(client, 10)
    clock.now = 60.5
    after = passes(client, 10)

    assert before == 10
    assert before + after == 10, (
        f"{before + after} requests got through within one second: "
        "10 before the minute was full and the rest after it; 10 in any 60 seconds are allowed"
    )


def test_places_come_back_one_by_one(client: TestClient, clock: Clock) -> None:
    for clock.now in range(10):
        assert client.get(PATH).status_code == 200

    for clock.now in range(60, 70):
        count = passes(client, 3)
        assert count == 1, (
            f"at second {clock.now} one of the ten requests is 60 seconds old, "
            f"so one more may get through, but {count} did"
        )


@pytest.mark.parametrize("seed", range(3))
def test_no_stretch_of_60_seconds_sees_more_than_ten(
    client: TestClient, clock: Clock, seed: int
) -> None:
    made_up = random.Random(seed)
    times: list[float] = []
    for _ in range(150):
        clock.now += made_up.choice([0, 0.25, 1, 5, 12])
        recent = sum(clock.now - then < 60 for then in times)
        admitted = passes(client, 1) == 1
        assert admitted == (recent < 10), (
            f"{recent} requests had got through in the last 60 seconds, and one more "
            + ("did, too" if admitted else "did not")
        )
        times += [clock.now] * admitted


def test_other_requests_are_neither_limited_nor_counted(client: TestClient) -> None:
    for _ in range(20):
        assert client.post(PATH).status_code == 405
        assert client.get("/api/nothing").status_code == 404
        assert client.get("/openapi.json").status_code == 200

    assert passes(client, 20) == 10


def test_the_schema_tells_of_the_limit(client: TestClient) -> None:
    answers = client.get("/openapi.json").json()["paths"][PATH]["get"]["responses"]

    assert set(answers) == {"200", "429"}
    rate = {"X-RateLimit-Limit", "X-RateLimit-Remaining"}
    assert set(answers["200"]["headers"]) == rate
    assert set(answers["429"]["headers"]) == rate | {"Retry-After"}
    assert answers["429"]["content"]["application/json"]["schema"]
