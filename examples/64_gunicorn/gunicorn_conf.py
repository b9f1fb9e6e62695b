"""How gunicorn serves the app: `gunicorn --config gunicorn_conf.py`.

`python gunicorn_conf.py` looks at the environment first, and then becomes gunicorn: that stumbles
over a `WEB_CONCURRENCY` which is no number before it reads this file.
"""

import os
import re
import sys
from pathlib import Path

from cores import usable_cores
from prices import upstream_url
from worker import Worker

MEMORY = Path("/dev/shm")  # noqa: S108  # a folder in memory, which gunicorn uses


def number(name: str, default: int, lowest: int, highest: int) -> int:
    """Return the number in an environment variable; end with one sentence when it is none."""
    text = os.environ.get(name, "")
    if not text:
        return default
    if re.fullmatch("[0-9]{1,9}", text) and lowest <= int(text) <= highest:
        return int(text)
    sys.exit(f"{name} must be a whole number from {lowest} to {highest}.")


def address() -> str:
    """Return where to listen; an IPv6 address stands in brackets, for its colons are no port's."""
    host = os.environ.get("HOST") or "127.0.0.1"
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{host}:{number('PORT', 8000, 0, 65_535)}"


upstream_url()  # The app asks there: what is wrong stops the start here, with one sentence.

wsgi_app = "main:app"
bind = address()
workers = number("WEB_CONCURRENCY", usable_cores() + 1, 1, 1000)
preload_app = True  # Imported once, before the fork: the workers share that memory.

timeout = number("WORKER_TIMEOUT", 30, 1, 3600)  # seconds without a sign of life from the loop
graceful_timeout = number("GRACEFUL_TIMEOUT", 30, 3, 3600)  # seconds for what is in flight
keepalive = 75  # seconds; a proxy in front has to close idle connections earlier

control_socket_disable = True  # Signals do; nothing is written to the home directory.
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None  # A busy disk delays the sign of life.

LOG = {"level": "INFO", "handlers": ["console"], "propagate": False}  # gunicorn's name for stdout
logconfig_dict = {"loggers": {"gunicorn.error": LOG, "gunicorn.access": LOG}}

worker_class = Worker

if __name__ == "__main__":
    if not os.environ.get("WEB_CONCURRENCY"):
        os.environ.pop("WEB_CONCURRENCY", None)
    command = [sys.executable, "-m", "gunicorn", f"--config={__file__}", *sys.argv[1:]]
    os.execv(sys.executable, command)  # noqa: S606  # the same process, so signals reach it
