"""DATABASE_URL: where the data is. The app does not start with a wrong one, nor repeats it."""

import traceback
from importlib import import_module
from pathlib import Path

import pytest
from databases import Database
from fastapi.testclient import TestClient

SECRET = "hunter2"
WRONG = [
    "",
    SECRET,
    f"mysql://user:{SECRET}@localhost/tasks",
    f"user:{SECRET}@localhost/tasks",
    f"postgresql://user:{SECRET}@localhost:port/tasks",
    f"sqlite{SECRET}:///tasks.db",
    f"sqlite://{SECRET}.db",
    "sqlite://",
    "sqlite:///:memory:",
]


def start() -> TestClient:
    """Start the app, ask it for its greeting, and stop it."""
    with TestClient(import_module("app.main").app, base_url="http://localhost") as client:
        assert client.get("/").status_code == 200
    return client


def refusal() -> str:
    """Try to start the app; return all that it says of why it does not."""
    with pytest.raises(Exception) as refused:  # noqa: PT011  # of any kind, with any message
        start()
    return "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_url_stops_the_start_and_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", wrong)

    said = refusal()

    assert "DATABASE_URL" in said
    assert SECRET not in said + caplog.text


@pytest.mark.parametrize(
    "start_of_url", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"]
)
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_url_of_postgresql_may_be_written_in_many_ways(
    monkeypatch: pytest.MonkeyPatch, database: Database, start_of_url: str
) -> None:
    rest = database.url.partition("://")[2]
    monkeypatch.setenv("DATABASE_URL", f"{start_of_url}://{rest}")

    start()


def test_settings_do_not_show_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    config = import_module("app.core.config")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://user:{SECRET}@localhost/?password={SECRET}")

    settings = config.read_settings(config.Settings)

    assert SECRET not in f"{settings!r} {settings}"
    assert settings.database_url.password == SECRET


def test_by_default_the_data_is_in_a_file_of_the_working_directory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = import_module("app.core.config")
    monkeypatch.delenv("DATABASE_URL")

    url = config.read_settings(config.Settings).database_url

    assert (url.get_backend_name(), url.database) == ("sqlite", "tasks.db")


def test_importing_the_app_opens_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///new.db")
    monkeypatch.chdir(tmp_path)

    for name in ("app.main", "app.db.session", "app.db.init_db", "app.models"):
        import_module(name)

    assert not Path("new.db").exists()
