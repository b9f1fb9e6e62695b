"""The health check of the image: it ends with 0 when the app answers 200, and else with 1."""

import os
import re
import sys
from http.client import HTTPConnection, HTTPException


def is_live(port: int) -> bool:
    """Ask the app itself: no proxy is in between, and a redirect is not followed."""
    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def read_port() -> int:
    """Return the port that the app listens at; say in one sentence if PORT is none."""
    port = os.environ.get("PORT", "8000")
    if re.fullmatch("[0-9]{1,5}", port) and int(port) < 2**16:
        return int(port)
    sys.exit(f"PORT has to be a number up to 65535, not {port!r}.")


if __name__ == "__main__":
    sys.exit(0 if is_live(read_port()) else 1)
