"""Ten wrong logins close a name for an address, until five minutes have passed since the first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from clients import client_of
from fastapi.testclient import TestClient

RIGHT, WRONG = "password123", "password124"


def statuses(client: TestClient, username: str, passwords: list[str]) -> list[int]:
    """Try the passwords one after the other; return the statuses."""
    forms = [{"username": username, "password": password} for password in passwords]
    return [client.post("/token", data=form).status_code for form in forms]


@pytest.mark.parametrize("username", ["testuser", "disableduser", "nobody", "x" * 5000])
def test_after_ten_wrong_logins_a_name_is_closed(anonymous: TestClient, username: str) -> None:
    assert statuses(anonymous, username, [WRONG] * 10) == [401] * 10

    answer = anonymous.post("/token", data={"username": username, "password": RIGHT})

    assert answer.status_code == 429
    assert answer.json() == {"detail": "Too many wrong logins"}
    assert 290 <= int(answer.headers["Retry-After"]) <= 300


def test_other_names_stay_open(anonymous: TestClient) -> None:
    statuses(anonymous, "testuser", [WRONG] * 11)

    assert statuses(anonymous, "otheruser", [RIGHT]) == [200]


def test_other_addresses_stay_open(anonymous: TestClient) -> None:
    statuses(anonymous, "testuser", [WRONG] * 11)
    elsewhere = client_of(anonymous.app, client=("192.0.2.1", 50000))
    elsewhere.app_state.update(anonymous.app_state)

    assert statuses(elsewhere, "testuser", [RIGHT]) == [200]


def test_a_right_password_starts_the_count_again(anonymous: TestClient) -> None:
    assert statuses(anonymous, "testuser", [*[WRONG] * 9, RIGHT] * 2) == [*[401] * 9, 200] * 2


def test_guesses_at_once_are_counted_too(anonymous: TestClient) -> None:
    guesses = [[WRONG]] * 25
    with ThreadPoolExecutor(25) as pool:
        results = list(pool.map(lambda guess: statuses(anonymous, "testuser", guess), guesses))

    assert sorted(results) == [[401]] * 10 + [[429]] * 15


def test_right_logins_at_once_are_never_refused(anonymous: TestClient) -> None:
    with ThreadPoolExecutor(15) as pool:
        jobs = [pool.submit(statuses, anonymous, "testuser", [RIGHT]) for _ in range(15)]
        assert [job.result() for job in jobs] == [[200]] * 15
