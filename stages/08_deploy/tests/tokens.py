"""Tokens made by hand, as anybody can make them who knows the key."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

KEY = "The key of the tests: 32 characters and more"
HEADER = {"alg": "HS256", "typ": "JWT"}
NEVER = 4_102_444_800  # in the year 2100

MakeToken = Callable[..., str]


@pytest.fixture
def make_token() -> MakeToken:
    """Make tokens by hand, as anybody can who knows a key."""

    def make(claims: Mapping[str, Any], key: str = KEY, header: object = HEADER) -> str:
        parts = [json.dumps(part).encode() for part in (header, claims)]
        signed = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        signature = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    return make
