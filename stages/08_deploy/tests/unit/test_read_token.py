"""Which tokens are read: those of one algorithm, whichever they name, and be they signed well."""

from uuid import UUID, uuid4

import pytest
from jose import jwt
from pydantic import SecretStr
from sqlalchemy import make_url

from app.core.config import Settings
from app.core.security import InvalidTokenError, create_token, read_token

KEY = "x" * 32
SETTINGS = Settings(secret_key=SecretStr(KEY), database_url=make_url("sqlite:///tasks.db"))


def signed(user_id: UUID, algorithm: str) -> str:
    """Return a token that holds until the year 2100, signed with our key."""
    return jwt.encode({"sub": str(user_id), "exp": 4_102_444_800}, KEY, algorithm=algorithm)


def test_a_token_of_ours_is_read() -> None:
    user_id = uuid4()

    assert read_token(create_token(user_id, SETTINGS), SETTINGS) == user_id
    assert read_token(signed(user_id, "HS256"), SETTINGS) == user_id


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_that_is_signed_well_by_another_algorithm_is_refused(algorithm: str) -> None:
    with pytest.raises(InvalidTokenError):
        read_token(signed(uuid4(), algorithm), SETTINGS)
