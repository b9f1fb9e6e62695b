"""Who asks? The address that the client cannot choose, and the group in which it is counted."""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from fastapi import Request

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def read_proxies(text: str) -> list[Network]:
    """Return the networks in `text`, with commas between; end the program for what is none."""
    try:
        return [ip_network(entry.strip()) for entry in text.split(",") if entry.strip()]
    except ValueError as error:
        raise SystemExit(f"The app cannot start. TRUSTED_PROXIES: {error}.") from None


def client_of(request: Request, proxies: Sequence[Network]) -> str:
    """Return the client that sent `request`, as a name to count it by.

    Each proxy adds the address it was asked from at the right end of `X-Forwarded-For`. So the
    header is read from the right, and only as long as a trusted proxy has written it.
    """
    peer = request.client.host if request.client else "unknown"
    address = parse(peer)
    if address is None:
        return peer
    for entry in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
        further = parse(entry)
        if further is None or not any(address in network for network in proxies):
            break
        address = further
    return group_of(address)


def parse(text: str) -> Address | None:
    """Return the address in `text`, or None when there is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    # A server that listens on IPv6 sees the clients on IPv4 as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


def group_of(address: Address) -> str:
    """Return what an address is counted by: IPv6 by its /64, which a single customer gets whole."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), 64), strict=False))
