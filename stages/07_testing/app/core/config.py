"""The settings: what differs from one machine to the next comes from the environment."""

import logging
import secrets
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AnyUrl,
    EmailStr,
    Field,
    PlainValidator,
    SecretStr,
    UrlConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

logger = logging.getLogger(__name__)

SHORTEST_KEY = 32

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
NEEDED = "needed is a URL like sqlite:///tasks.db or postgresql://user:password@host/tasks"


class ConfigurationError(Exception):
    """The environment does not let the app start."""


def with_async_driver(value: object) -> URL:
    """Return the URL of a database, with the driver that this app speaks to it with."""
    try:
        url = make_url(value if isinstance(value, URL) else str(value))
        url = url.set(drivername=DRIVERS[url.get_backend_name()])
    except (ArgumentError, KeyError, ValueError):
        # Without the value: a URL may hold a password.
        raise ValueError(NEEDED) from None
    # A database in memory would be another one for each connection.
    if url.get_backend_name() == "sqlite" and (url.host or url.database in (None, "", ":memory:")):
        raise ValueError(NEEDED)
    return url


class DatabaseSettings(BaseSettings):
    """Where the data is kept: all that a migration needs to know."""

    # `NoDecode`: the text is a URL, not JSON.
    database_url: Annotated[URL, NoDecode, PlainValidator(with_async_driver)] = Field(
        "sqlite:///tasks.db", validate_default=True, repr=False
    )


class SmtpUrl(AnyUrl):
    """The URL of a mail server, such as `smtp://user:password@host:587`; most can be left out."""

    _constraints = UrlConstraints(allowed_schemes=["smtp"], host_required=True, default_port=587)


class Settings(DatabaseSettings):
    """The settings, each in the environment variable of its name."""

    environment: Literal["development", "staging", "production"] = "development"
    secret_key: SecretStr
    access_token_expire_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 365)] = 30
    smtp_url: Annotated[SmtpUrl | None, Field(repr=False)] = None  # It may hold a password.
    email_from: EmailStr = Field(default="task-manager@localhost", validate_default=False)

    @model_validator(mode="before")
    @classmethod
    def make_key_in_development(cls, found: dict[str, Any]) -> dict[str, Any]:
        """Make a key for this start when none is set; only a developer can do with that."""
        if "secret_key" in found or found.get("environment", "development") != "development":
            return found
        logger.warning(
            "SECRET_KEY is not set, so this process uses a random one: tokens end with it,"
            " and several workers would not accept each other's tokens."
        )
        return found | {"secret_key": secrets.token_urlsafe(SHORTEST_KEY)}

    @field_validator("secret_key")
    @classmethod
    def only_a_good_key(cls, key: SecretStr) -> SecretStr:
        """Refuse a key that is too short, or that is no plain text."""
        text = key.get_secret_value()
        if len(text) < SHORTEST_KEY or not text.isascii() or not text.isprintable():
            raise ValueError(f"at least {SHORTEST_KEY} printable ASCII characters are needed")
        return key


AnySettings = TypeVar("AnySettings", bound=BaseSettings)


def read_settings(kind: type[AnySettings]) -> AnySettings:
    """Read the environment; raise ConfigurationError naming each variable that is wrong."""
    try:
        return kind()
    except ValidationError as error:
        # Only names and rules: Pydantic's own message holds the values, and one is secret.
        found = [(str(each["loc"][0]).upper(), each["msg"]) for each in error.errors()]
        wrong = [
            f"{name}: {rule.removeprefix('Value error, ').rstrip('.')}" for name, rule in found
        ]
    raise ConfigurationError(f"The app cannot start with this environment. {'; '.join(wrong)}.")
