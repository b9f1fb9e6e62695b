"""The health check of the image: it ends with 0 when the app answers 200, and else with 1."""

import os
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


if __name__ == "__main__":
    sys.exit(0 if is_live(int(os.environ["PORT"])) else 1)
