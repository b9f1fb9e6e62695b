"""What changed in how a client is let in: API keys, tokens, scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.comparing_schemas import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.schema_forms import Resolver

Way = frozenset[str]
"""The schemes and scopes that it takes together to be let in."""


def security_changes(old: set[Way], new: set[Way]) -> Iterator[Change]:
    """Yield the change, if any: it breaks when somebody who was let in no longer is."""
    if old != new:
        said = (" or ".join(sorted(map(_said, each))) for each in (old, new))
        still = all(any(way <= known for way in new) for known in old)
        yield Change("security", " → ".join(said), breaking=not still)


def ways(security: list[dict[str, list[str]]] | None, resolver: Resolver) -> set[Way]:
    """Return the ways to be let in that `security` of a document names; none: no condition."""
    schemes = resolver.document.get("components", {}).get("securitySchemes", {})
    found = set()
    for way in security or [{}]:
        parts = set()
        for name, scopes in way.items():
            scheme = _scheme(resolver.whole(schemes.get(name, {})), name)
            parts |= {scheme, *(f"{scheme} scope {scope}" for scope in scopes)}
        found.add(frozenset(parts))
    return found


def _scheme(scheme: dict[str, Any], name: str) -> str:
    """Return what a client must do, whatever the scheme is called in the document."""
    match scheme.get("type"):
        case "apiKey":
            return f"API key in {scheme.get('in')} {scheme.get('name')}"
        case "http":
            return f"HTTP {scheme.get('scheme')}"
        case "oauth2":
            return f"OAuth2 {' or '.join(scheme.get('flows', {}))}".strip()
        case "openIdConnect":
            return "OpenID Connect"
        case _:
            return name


def _said(way: Way) -> str:
    return " and ".join(sorted(way)) or "none"
