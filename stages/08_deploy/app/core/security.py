"""What guards passwords and tokens. It knows nothing of HTTP, nor of where users are kept."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

from jose import JWTError, jwt
from passlib.context import CryptContext
from passlib.exc import PasswordValueError

from app.core.config import Settings

ALGORITHM = "HS256"

passwords = CryptContext(schemes=["argon2"], deprecated="auto")

# A hash takes 64 MiB and much time, on purpose: more at once would only crowd out the rest.
hashing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hashing")


class InvalidTokenError(Exception):
    """A token that this app did not make, or that no longer holds."""


async def hash_password(password: str) -> str:
    """Return what to keep in place of a password."""
    return await asyncio.get_running_loop().run_in_executor(hashing, passwords.hash, password)


async def verify_password(password: str, hashed: str | None) -> bool:
    """Tell whether a password is the one that was hashed; say no as slowly when there is none."""
    return await asyncio.get_running_loop().run_in_executor(hashing, verify, password, hashed)


def verify(password: str, hashed: str | None) -> bool:
    """Do the work of `verify_password`, in a thread."""
    try:
        if hashed is not None:
            return bool(passwords.verify(password, hashed))
    except (PasswordValueError, UnicodeEncodeError):
        pass  # Passlib hashes neither 5000 characters nor half a one.
    return bool(passwords.dummy_verify())


def create_token(user_id: UUID, settings: Settings) -> str:
    """Return a signed token that says who its bearer is, and until when it holds."""
    expires = datetime.now(UTC) + timedelta(minutes=settings.access_token_expire_minutes)
    claims = {"sub": str(user_id), "exp": expires}
    return jwt.encode(claims, settings.secret_key.get_secret_value(), algorithm=ALGORITHM)


def read_token(token: str, settings: Settings) -> UUID:
    """Return the ID of the bearer; raise InvalidTokenError unless we made it and it holds."""
    try:
        claims = jwt.decode(
            token,
            settings.secret_key.get_secret_value(),
            algorithms=[ALGORITHM],  # ours, not the one that the token names
            options={"require_exp": True, "require_sub": True},
        )
        return UUID(claims["sub"])
    # python-jose lets other errors through too: for claims of a wrong type, for very deep JSON.
    except (JWTError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidTokenError from error
