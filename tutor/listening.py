"""The address that a lesson is served at: bound once, by us, and held from then on."""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

from tutor.errors import MisuseError, TutorError

if TYPE_CHECKING:
    from collections.abc import Callable

LAST_PORT = 65535
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read here, never bound by default


def listen(host: str, port: int, ask: Callable[[str], bool] | None = None) -> socket.socket:
    """Return a socket that listens at `host` and `port`; 0 lets the kernel choose the port.

    A busy port is offered again as the next free one, when there is someone to `ask`. Raises
    MisuseError for an address that cannot be, TutorError for one that is taken or not allowed.
    """
    if not 0 <= port <= LAST_PORT:
        raise MisuseError(f"There is no port {port}.", f"Choose one from 1 to {LAST_PORT}, or 0.")
    family, address = _resolve(host)
    listener = _try(family, address, port)
    if listener:
        return listener
    following = _next_free(family, address, port)
    if following is None:
        raise TutorError(f"Port {port} is in use.", "Let the system choose one: --port 0")
    number = following.getsockname()[1]
    if ask is not None and ask(f"Port {port} is in use. Serve at port {number} instead?"):
        return following
    following.close()
    raise TutorError(f"Port {port} is in use.", f"The next free one is {number}: --port {number}")


def url_of(listener: socket.socket) -> str:
    """Return the address to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    host = _ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _resolve(host: str) -> tuple[socket.AddressFamily, str]:
    """Return family and number of `host`; IPv4 where it has both, as `localhost` often does."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:  # ValueError: no name at all, such as one with a NUL
        raise MisuseError(
            f"There is no host {host!r}.", "Use --host 127.0.0.1, or leave it out."
        ) from error
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, str(address[0])


def _try(family: socket.AddressFamily, address: str, port: int) -> socket.socket | None:
    """Return a listening socket, or None when the port is taken."""
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port whose last connections linger is free; on Windows this option means another thing.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(2048)  # at once: only then does the kernel refuse the port to others
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise _refusal(error, address, port) from error
    except BaseException:
        listener.close()
        raise
    return listener


def _refusal(error: OSError, address: str, port: int) -> TutorError:
    if error.errno == errno.EACCES:
        return TutorError(
            f"Port {port} is reserved for the system.", "Use one from 1024 up: --port 8000"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return MisuseError(
            f"{address} is not an address of this machine.",
            "Use --host 127.0.0.1, or leave it out.",
        )
    return TutorError(f"Port {port} at {address} cannot be used: {error.strerror}.")


def _next_free(family: socket.AddressFamily, address: str, port: int) -> socket.socket | None:
    for candidate in range(port + 1, min(port + 200, LAST_PORT) + 1):
        listener = _try(family, address, candidate)
        if listener:
            return listener
    return None
