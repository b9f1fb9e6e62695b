"""What a hash costs in the app as it runs, without the cheap ones of the other tests."""

import sys

import argon2.low_level
import pytest
from fastapi.testclient import TestClient


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash for real here, with the app imported anew: Passlib keeps a cheap dummy otherwise."""
    for module in [name for name in sys.modules if name.partition(".")[0] == "app"]:
        monkeypatch.delitem(sys.modules, module)


def test_the_first_unknown_name_costs_no_hash_more_than_the_next(
    anonymous: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_named: object) -> bytes:
        pytest.fail("Something was hashed, not only verified.")

    assert anonymous.get("/").status_code == 200
    monkeypatch.setattr(argon2.low_level, "hash_secret", refuse)

    answer = anonymous.post("/token", data={"username": "nobody", "password": "password123"})

    assert answer.status_code == 401


def test_a_password_is_kept_as_an_argon2id_hash_of_64_mebibytes(
    anonymous: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = argon2.low_level.verify_secret
    kept: list[bytes] = []

    def noted(hashed: bytes, secret: bytes, kind: argon2.low_level.Type) -> bool:
        kept.append(hashed)
        return real(hashed, secret, kind)

    monkeypatch.setattr(argon2.low_level, "verify_secret", noted)
    for username in ("ada", "grace"):
        new_user = {"username": username, "password": "password123"}
        assert anonymous.post("/register", json=new_user).status_code == 201
    for username in ("ada", "grace", "nobody"):
        anonymous.post("/token", data={"username": username, "password": "password123"})

    assert [each.split(b",")[0] for each in kept] == [b"$argon2id$v=19$m=65536"] * 3
    assert len({each.split(b"$")[4] for each in kept}) == 3, "Each hash has a salt of its own."
