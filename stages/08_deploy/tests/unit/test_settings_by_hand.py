"""Settings made by hand, as tests make them."""

from pydantic import SecretStr
from sqlalchemy import make_url

from app.core.config import Settings


def test_a_url_keeps_its_password() -> None:
    url = make_url("postgresql://ada:hunter2@localhost/tasks")

    settings = Settings(secret_key=SecretStr("x" * 32), database_url=url)

    assert settings.database_url.password == "hunter2"
    assert settings.database_url.drivername == "postgresql+psycopg"
