"""Production starts only when it is fit for it, and says which variable is not."""

from collections.abc import Callable

import pytest

from conftest import GOOD_KEY, PRODUCTION, Start

Refusal = Callable[..., str | None]

POOR_KEYS = {
    "short": "hunter2",
    "31 characters": GOOD_KEY[:31],
    "one character": "a" * 36,
    "two characters": "ab" * 20,
    "blanks": " " * 40,
    "counted up": "0123456789abcdef" * 2,
    "changeme": "changeme-hunter2-0rT9zLm3XkP5wYb8NcD2",
    "a common word": "My-Super-SECRET-Key-hunter2-0rT9zLm3Xk",
    "a password": f"{GOOD_KEY}PassWord",
}


@pytest.mark.parametrize("kind", POOR_KEYS)
def test_production_does_not_start_with_a_poor_key(refusal: Refusal, kind: str) -> None:
    said = refusal(**PRODUCTION | {"SECRET_KEY": POOR_KEYS[kind]})

    assert said is not None, f"production started with a poor key ({kind}): it should not"
    assert "SECRET_KEY" in said, f"what is said does not name SECRET_KEY: {said}"
    assert POOR_KEYS[kind] not in said, "what is said repeats the key"


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL"])
def test_production_does_not_start_without(refusal: Refusal, name: str) -> None:
    said = refusal(**{each: value for each, value in PRODUCTION.items() if each != name})

    assert said is not None, f"production started without {name}: it should not"
    assert name in said, f"what is said does not name {name}: {said}"


@pytest.mark.parametrize("debug", ["true", "1", "on"])
def test_production_does_not_start_with_debug(refusal: Refusal, debug: str) -> None:
    said = refusal(**PRODUCTION, DEBUG=debug)

    assert said is not None, f"production started with DEBUG={debug}: it should not"
    assert "DEBUG" in said, f"what is said does not name DEBUG: {said}"


def test_production_names_all_that_is_wrong_at_once(refusal: Refusal) -> None:
    said = refusal(ENVIRONMENT="production", SECRET_KEY="hunter2", DEBUG="true")

    assert said is not None, "production started with three settings that are wrong: it should not"
    unnamed = [name for name in ("SECRET_KEY", "DATABASE_URL", "DEBUG") if name not in said]
    assert not unnamed, f"what is said does not name {unnamed}: {said}"
    assert "hunter2" not in said, "what is said repeats the key"


@pytest.mark.parametrize(
    "key", [GOOD_KEY, "4be7d1c09a3f52e86d1b0c97f3a85e24", "correct horse battery staple lamp"]
)
def test_production_starts_with_a_key_in_which_nothing_is_seen(start: Start, key: str) -> None:
    assert start(**PRODUCTION | {"SECRET_KEY": key}).get("/").status_code == 200


@pytest.mark.parametrize("name", ["development", "staging"])
def test_elsewhere_a_poor_key_will_do(start: Start, name: str) -> None:
    client = start(ENVIRONMENT=name, SECRET_KEY="hunter2", DEBUG="true")

    assert client.get("/").status_code == 200
