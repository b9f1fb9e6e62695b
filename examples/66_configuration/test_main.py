"""What the app shows: in development, in production, with debug and without."""

import pytest

from conftest import PRODUCTION, Start


def test_without_any_setting_a_developer_can_start(start: Start) -> None:
    answer = start().get("/")

    assert (answer.status_code, answer.json()) == (
        200,
        {"environment": "development", "cache": False},
    )


@pytest.mark.parametrize("name", ["development", "staging"])
def test_the_environment_is_a_setting(start: Start, name: str) -> None:
    assert start(ENVIRONMENT=name).get("/").json()["environment"] == name


def test_production_starts_with_good_settings(start: Start) -> None:
    assert start(**PRODUCTION).get("/").json()["environment"] == "production"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"])
def test_the_docs_are_closed_in_production(start: Start, path: str) -> None:
    assert start(**PRODUCTION).get(path).status_code == 404
    assert start(ENVIRONMENT="staging").get(path).status_code == 200


def test_an_address_of_redis_switches_the_cache_on(start: Start) -> None:
    assert start(REDIS_URL="redis://:hunter2@localhost:6379/0").get("/").json()["cache"] is True


def test_an_empty_address_of_redis_switches_it_off(start: Start) -> None:
    assert start(REDIS_URL="").get("/").json()["cache"] is False


@pytest.mark.parametrize("debug", ["false", "0", "off"])
def test_without_debug_there_is_no_debug_page(start: Start, debug: str) -> None:
    client = start(DEBUG=debug)

    assert client.get("/debug-info").status_code == 404
    assert client.post("/debug-info").status_code == 404
    assert "/debug-info" not in client.get("/openapi.json").text


def test_production_has_no_debug_page(start: Start) -> None:
    assert start(**PRODUCTION).get("/debug-info").status_code == 404


def test_the_debug_page_names_the_database(start: Start) -> None:
    answer = start(DEBUG="true").get("/debug-info")

    assert answer.status_code == 200
    assert answer.json()["environment"] == "development"
    assert "dev.db" in answer.json()["database"]


LEAKY = [
    "postgresql://ada:hunter2@db.example.org:5432/shop?sslmode=require",
    "postgresql://db.example.org/shop?user=ada&password=hunter2",
    "postgresql://ada:hunter2@db.example.org/shop?options=-c%20role=ada&passfile=hunter2",
]


@pytest.mark.parametrize("url", LEAKY)
def test_the_debug_page_shows_host_and_database_and_no_more(start: Start, url: str) -> None:
    said = start(DEBUG="true", DATABASE_URL=url).get("/debug-info").json()["database"]

    assert "db.example.org" in said
    assert "shop" in said
    leaked = [each for each in ("ada", "hunter2", "?", "sslmode") if each in said]
    assert not leaked, f"/debug-info shows {said!r}: of the URL only host and database are for all"


@pytest.mark.parametrize("url", ["postgresql:///shop?host=/tmp", "postgresql://ada:hunter2@/shop"])
def test_a_database_without_a_host_is_named(start: Start, url: str) -> None:
    answer = start(DEBUG="true", DATABASE_URL=url).get("/debug-info")

    assert "shop" in answer.json()["database"]
    assert "hunter2" not in answer.text


def test_secrets_are_not_in_what_is_written_of_the_settings(start: Start) -> None:
    client = start(**PRODUCTION, REDIS_URL="redis://:hunter3@localhost/0")
    settings = client.app.state.settings  # type: ignore[attr-defined]  # an ASGI app to mypy

    for written in (repr(settings), str(settings), settings.model_dump_json()):
        assert "**********" in written
        assert PRODUCTION["SECRET_KEY"] not in written
        assert "hunter" not in written


def test_every_operation_is_described(start: Start) -> None:
    schema = start(DEBUG="true").get("/openapi.json").json()

    assert schema["info"]["version"] == "1.0.0"
    assert set(schema["paths"]) == {"/", "/debug-info"}
    assert all(path["get"]["description"] for path in schema["paths"].values())
