"""A token is taken only when this app has made it, it still holds, and its user is there."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

USER = "7e57ed00-0000-4000-a000-000000000001"
LATER = 4_102_444_800  # the year 2100
GOOD = {"sub": USER, "exp": LATER}

WRONG_SUBJECTS: list[object] = [1, 1.5, True, None, [USER], {"id": USER}]
WRONG_ENDS: list[object] = [None, [], {}, "soon", float("inf")]

MakeToken = Callable[..., str]


def status(client: TestClient, authorization: str) -> int:
    """Ask who we are; return the status, having checked the form of a 401."""
    answer = client.get("/users/me", headers={"Authorization": authorization})
    if answer.status_code == 401:
        assert answer.json() == {"detail": "Not authenticated"}
        assert answer.headers["www-authenticate"] == "Bearer"
    return answer.status_code


def packed(part: object) -> str:
    """Return a part of a token."""
    text = part if isinstance(part, str) else json.dumps(part)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_good_token_made_by_hand_is_taken(anonymous: TestClient, make_token: MakeToken) -> None:
    assert status(anonymous, f"Bearer {make_token(GOOD)}") == 200
    assert status(anonymous, f"bearer {make_token(GOOD)}") == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": USER, "exp": 1_700_000_000},
        {"sub": USER, "exp": 0},
        {"sub": USER},
        {"exp": LATER},
        {},
        {"sub": "7e57ed00-0000-4000-a000-000000000009", "exp": LATER},
        {"sub": "testuser", "exp": LATER},
        {"sub": "", "exp": LATER},
        {"sub": "\ud800", "exp": LATER},
        *({"sub": wrong, "exp": LATER} for wrong in WRONG_SUBJECTS),
        *({"sub": USER, "exp": wrong} for wrong in WRONG_ENDS),
        {"sub": USER, "exp": LATER, "nbf": LATER},
        {"sub": USER, "exp": LATER, "aud": "another API"},
    ],
    ids=str,
)
def test_claims_that_do_not_hold_are_refused(
    anonymous: TestClient, make_token: MakeToken, claims: dict[str, Any]
) -> None:
    assert status(anonymous, f"Bearer {make_token(claims)}") == 401


def test_a_token_expires_at_the_moment_that_it_names(
    anonymous: TestClient, make_token: MakeToken
) -> None:
    now = int(time.time())

    assert status(anonymous, f"Bearer {make_token({'sub': USER, 'exp': now + 30})}") == 200
    assert status(anonymous, f"Bearer {make_token({'sub': USER, 'exp': now - 2})}") == 401


@pytest.mark.parametrize(
    "key", ["", "another key, which is long enough, too", "The key of the tests"]
)
def test_a_token_signed_with_another_key_is_refused(
    anonymous: TestClient, make_token: MakeToken, key: str
) -> None:
    assert status(anonymous, f"Bearer {make_token(GOOD, key=key)}") == 401


@pytest.mark.parametrize(
    "name", ["none", "None", "NONE", "", "HS384", "RS256", None, ["HS256"]], ids=repr
)
def test_the_token_does_not_choose_the_algorithm(
    anonymous: TestClient, make_token: MakeToken, name: object
) -> None:
    token = make_token(GOOD, header={"alg": name, "typ": "JWT"})

    assert status(anonymous, f"Bearer {token}") == 401
    assert status(anonymous, f"Bearer {token.rpartition('.')[0]}.") == 401


def test_a_header_without_an_algorithm_is_refused(
    anonymous: TestClient, make_token: MakeToken
) -> None:
    assert status(anonymous, f"Bearer {make_token(GOOD, header={})}") == 401
    assert status(anonymous, f"Bearer {make_token(GOOD, header=['HS256'])}") == 401


def test_a_token_that_was_tampered_with_is_refused(
    anonymous: TestClient, make_token: MakeToken
) -> None:
    header, payload, signature = make_token(GOOD).split(".")
    other = packed(GOOD | {"sub": USER[:-1] + "2"})
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]

    assert status(anonymous, f"Bearer {header}.{payload}.{signature}") == 200
    assert status(anonymous, f"Bearer {header}.{other}.{signature}") == 401
    assert status(anonymous, f"Bearer {header}.{payload}.{flipped}") == 401
    assert status(anonymous, f"Bearer {header}.{payload}.{signature[:-2]}") == 401
    assert status(anonymous, f"Bearer {header}.{payload}.") == 401


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        ".",
        "..",
        "...",
        "a.b.c",
        "null",
        "{}",
        "e30.e30.",
        "\xff.\xfe.\xfd",
        "a b c",
        pytest.param(f"{packed('[' * 20_000)}.e30.x", id="deep header"),
        pytest.param("x" * 50_000, id="50000 characters"),
    ],
)
def test_what_is_no_token_is_refused(anonymous: TestClient, token: str) -> None:
    answer = anonymous.get(
        "/users/me", headers={b"authorization": b"Bearer " + token.encode("latin-1")}
    )

    assert answer.status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "Token", "JWT", "", "Bearer:"])
def test_another_scheme_is_refused(
    anonymous: TestClient, make_token: MakeToken, scheme: str
) -> None:
    assert status(anonymous, f"{scheme} {make_token(GOOD)}") == 401
