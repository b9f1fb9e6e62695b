"""One connection to the service that knows the prices, kept open from question to question."""

import os
import re
import sys
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from threading import Lock
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

SECONDS = 5.0
"""How long the service may be silent."""
HOST = r"(?:[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*|\[[0-9A-Fa-f:.]+\])"
URL = re.compile(rf"http://{HOST}(?::[0-9]{{1,5}})?/?")


def upstream_url() -> str:
    """Return `UPSTREAM_URL`; end with one sentence when nobody can be asked there."""
    text = os.environ.get("UPSTREAM_URL") or "http://127.0.0.1:8001"
    with suppress(ValueError):  # a port that is too high, brackets around what is no address
        if URL.fullmatch(text) and urlsplit(text).port != 0:
            return text
    sys.exit("UPSTREAM_URL must be an address such as http://127.0.0.1:8001.")


class Quote(BaseModel):
    """What the service answers."""

    cents: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]


class PricesUnavailableError(Exception):
    """The service does not answer, or answers something else than a price."""


class Prices:
    """The prices of another service, asked for over one open connection.

    Threads take turns. An HTTP connection answers questions in the order in which they were asked;
    nothing in an answer says which question it belongs to.
    """

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)
        self._turn = Lock()
        with suppress(OSError):  # The first question tries again.
            self._connection.connect()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def of(self, sku: str) -> int | None:
        """Return a price in cents, or None when there is no such product.

        Raises PricesUnavailableError when the service fails.
        """
        with self._turn:
            try:
                try:
                    return self._ask(sku)
                except ConnectionError:  # Closed while nobody asked: a GET may be repeated once.
                    self._connection.close()
                    return self._ask(sku)
            except (HTTPException, OSError, ValueError) as error:
                self._connection.close()  # What still comes would be taken for the next answer.
                raise PricesUnavailableError(repr(error)) from error

    def _ask(self, sku: str) -> int | None:
        self._connection.request("GET", f"/prices/{sku}")
        with self._connection.getresponse() as answer:
            body = answer.read()
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise HTTPException(f"status {answer.status}")
        return Quote.model_validate_json(body).cents
