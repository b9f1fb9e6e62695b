"""What a setting has to be: an address that can be read, a key that nobody guesses."""

import re
from collections.abc import Collection, Iterator
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, RedisDsn, SecretStr, TypeAdapter
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SHORTEST_KEY = 32
FEWEST_CHARACTERS = 6
# Each has six letters or more: a shorter one turns up in a random key by chance.
COMMON_WORDS = (
    "123456", "change-me", "change_me", "changeit", "changeme", "default", "develop", "example",
    "insecure", "letmein", "my-key", "password", "qwerty", "replace", "secret", "your-key",
)  # fmt: skip
DATABASES = {"mariadb", "mysql", "postgresql"}
HIGHEST_PORT = 65535
REDIS = TypeAdapter[RedisDsn](RedisDsn)


def check_key(value: SecretStr) -> SecretStr:
    """Refuse a key that is not there: `SECRET_KEY=` sets an empty one."""
    if not value.get_secret_value():
        raise ValueError("it is empty")
    return value


def check_database_url(value: SecretStr) -> SecretStr:
    """Refuse what is not the URL of a database, or is one that can be read in two ways."""
    try:
        url = make_url(value.get_secret_value())
    except (ArgumentError, ValueError):  # Their words would repeat the URL.
        url = None
    if url and url.get_backend_name() == "sqlite" and not url.host:
        return value  # A path may hold any character, and be missing: a database in memory.
    if not url or url.get_backend_name() not in DATABASES or not url.database:
        raise ValueError(
            "needed is a URL like postgresql://user:password@host/database or sqlite:///file.db"
        )
    if not 0 <= (url.port or 0) <= HIGHEST_PORT:
        raise ValueError(f"a port is a number up to {HIGHEST_PORT}")
    # A database with an @ in its name is most likely the end of a password.
    if not re.fullmatch(r"[\w.:,-]*", url.host or "") or not re.fullmatch(
        r"[\w. -]+", url.database
    ):
        raise ValueError(
            "host and database may hold letters, digits, and . _ - alone; "
            "in a password, write @ as %40 and / as %2F"
        )
    return value


def check_redis_url(value: SecretStr) -> SecretStr:
    """Refuse what is not the URL of a Redis server."""
    try:
        REDIS.validate_python(value.get_secret_value())
    except ValueError:
        raise ValueError("needed is a URL like redis://host:6379/0") from None
    return value


def empty_is_unset(value: object) -> object:
    """Take an empty text as nothing, as `REDIS_URL=` in a file means it."""
    return value or None


SecretKey = Annotated[SecretStr, AfterValidator(check_key)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(check_database_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(check_redis_url)]
OptionalRedisUrl = Annotated[RedisUrl | None, BeforeValidator(empty_is_unset)]


def weakness(key: str) -> str | None:
    """Return what is wrong with a key, or None when nothing is seen; only chance makes it good."""
    if len(key) < SHORTEST_KEY:
        return f"it has fewer than {SHORTEST_KEY} characters"
    if len(set(key)) < FEWEST_CHARACTERS:
        return "it repeats a few characters"
    if any(word in key.lower() for word in COMMON_WORDS):
        return "it holds a common word"
    return None


def production_problems(given: Collection[str], key: SecretStr, *, debug: bool) -> Iterator[str]:
    """Yield why production must not start: `given` are the settings that somebody has set."""
    if "secret_key" not in given:
        yield "SECRET_KEY: it is missing"
    elif found := weakness(key.get_secret_value()):
        yield f"SECRET_KEY: {found}"
    if "database_url" not in given:
        yield "DATABASE_URL: it is missing"
    if debug:
        yield "DEBUG: it is on"
