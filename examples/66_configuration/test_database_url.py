"""Which addresses of databases are taken, and what is said of the others."""

from collections.abc import Callable

import pytest

from conftest import Start

Refusal = Callable[..., str | None]

GOOD = [
    "sqlite://",
    "sqlite:///dev.db",
    "sqlite:////srv/my~project(1)/dev.db",
    "postgresql://localhost/shop",
    "postgresql+asyncpg://ada:hunter2@h1,h2/shop",
    "postgresql://ada:hun%40ter2@[::1]:5433/shop",
    "mysql+pymysql://ada:hunter2@db:65535/my shop",
]
NO_URL = [
    "",
    "hunter2",
    "postgresql://ada:hunter2",
    "postgresql://db.example.org",
    "postgres://h/hunter2",
    "http://h/hunter2",
    "foo://h/hunter2",
    "sqlite://hunter2.db",
]
TWO_WAYS = [
    "postgresql://a:hun@ter2@h/db",
    "postgresql://hunter2/@h/db",
    "postgresql://h/db;password=hunter2",
]


@pytest.mark.parametrize("url", GOOD)
def test_an_address_is_taken_as_it_is(start: Start, url: str) -> None:
    client = start(DEBUG="true", DATABASE_URL=url)

    kept = client.app.state.settings.database_url  # type: ignore[attr-defined]  # an ASGI app to mypy
    assert kept.get_secret_value() == url
    assert client.get("/debug-info").status_code == 200


def said_of(refusal: Refusal, url: str) -> str:
    """Return what is said of an address that is refused, after a look that it is not in it."""
    said = refusal(DATABASE_URL=url)
    assert said is not None
    assert "DATABASE_URL: " in said
    assert "hunter2" not in said
    assert "ter2@" not in said
    return said


@pytest.mark.parametrize("url", NO_URL)
def test_what_is_no_address_of_a_database_is_refused(refusal: Refusal, url: str) -> None:
    assert "needed is a URL like postgresql://" in said_of(refusal, url)


@pytest.mark.parametrize("port", ["65536", "99999999", "-1"])
def test_a_port_that_does_not_exist_is_refused(refusal: Refusal, port: str) -> None:
    assert "65535" in said_of(refusal, f"postgresql://ada:hunter2@h:{port}/shop")


@pytest.mark.parametrize("url", TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_told_how_to_be_written(refusal: Refusal, url: str) -> None:
    assert "write @ as %40" in said_of(refusal, url)
