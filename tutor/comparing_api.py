"""What changed between two OpenAPI documents, and whether it can break a client of the old API.

change                                                         verdict
-------------------------------------------------------------  ----------------------------------
an operation is added / removed                                compatible / breaking
a parameter is added: optional / required                      compatible / breaking
a parameter is removed                                         breaking
a parameter or request body becomes required / optional        breaking / compatible
a request body is added: optional / required                   compatible / breaking
a request body is removed                                      breaking
a media type of a request or response is added / removed       compatible / breaking
a status below 400 is added or removed                         breaking
an error status (4xx, 5xx, default) is added or removed        compatible
a header of a response is added / removed                      compatible / breaking
a way to call without, or with less, security is gone          breaking
an operation asks for less security than before                compatible
an operation or parameter is deprecated, or no longer          compatible
a schema changes                                               see tutor/comparing_schemas.py

A client knows a path by its shape: `/tasks/{id}` and `/tasks/{task_id}` are the same path.
A removed parameter or request field breaks because what the client asked for is ignored in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.comparing_schemas import Change, Schema, SchemaComparer, deprecation
from tutor.comparing_security import security_changes, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.comparing_schemas import Direction
    from tutor.schema_forms import Resolver

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_FIRST_ERROR = "4"


@dataclass(frozen=True)
class OperationChange:
    """What changed in one operation: `POST /tasks`."""

    operation: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ApiComparison:
    """What changed between the APIs of two lessons."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[OperationChange, ...]
    notes: tuple[str, ...] = ()

    @property
    def breaking(self) -> int:
        """The number of changes that can break a client."""
        changes = [change for each in self.changed for change in each.changes]
        return len(self.removed) + sum(change.breaking for change in changes)

    @property
    def compatible(self) -> int:
        """The number of changes that break no client."""
        changes = [change for each in self.changed for change in each.changes]
        return len(self.added) + sum(not change.breaking for change in changes)


@dataclass(frozen=True)
class _Operation:
    name: str
    content: Schema
    parameters: tuple[Schema, ...]


def compare_documents(old: Schema, new: Schema, strip_prefix: str = "") -> ApiComparison:
    """Return what changed from one OpenAPI document to another.

    `strip_prefix` is taken off the start of the paths of both before they are compared.
    """
    comparer = _Comparer(old, new)
    prefix = f"/{strip_prefix.strip('/')}" if strip_prefix.strip("/") else ""
    was = _operations(old, comparer.schemas.old, prefix)
    now = _operations(new, comparer.schemas.new, prefix)
    changed = (
        OperationChange(now[key].name, tuple(comparer.operation(was[key], now[key])))
        for key in now
        if key in was
    )
    return ApiComparison(
        added=tuple(now[key].name for key in now if key not in was),
        removed=tuple(was[key].name for key in was if key not in now),
        changed=tuple(each for each in changed if each.changes),
        notes=tuple(_prefix_notes(prefix, old, new)),
    )


def _prefix_notes(prefix: str, old: Schema, new: Schema) -> Iterator[str]:
    paths = [*old.get("paths", {}), *new.get("paths", {})]
    if prefix and not any(_stripped(path, prefix) != path for path in paths):
        yield f"No path of either starts with {prefix}."


def _stripped(path: str, prefix: str) -> str:
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        return path.removeprefix(prefix) or "/"
    return path


def _operations(document: Schema, resolver: Resolver, prefix: str) -> dict[str, _Operation]:
    """Return the operations by method and shape of their path."""
    found: dict[str, _Operation] = {}
    paths = document.get("paths", {})
    taken = {_shape(path) for path in paths if _stripped(path, prefix) == path}
    for path, listed in paths.items():
        item, plain = resolver.whole(listed), _stripped(path, prefix)
        if plain != path and _shape(plain) in taken:
            plain = path  # another path has this name without a prefix
        for method in _METHODS:
            if method in item:
                content = resolver.whole(item[method])
                parameters = tuple(_parameters(item, content, resolver))
                name = f"{method.upper()} {plain}"
                found[f"{method} {_shape(plain)}"] = _Operation(name, content, parameters)
    return {key: found[key] for key in sorted(found, key=lambda key: found[key].name.split()[::-1])}


def _shape(path: str) -> str:
    return re.sub("{[^}]*}", "{}", path)


def _parameters(item: Schema, content: Schema, resolver: Resolver) -> Iterator[Schema]:
    """Yield an operation's parameters; one of its own replaces one of its path."""
    listed = [*item.get("parameters", []), *content.get("parameters", [])]
    whole = [resolver.whole(each) for each in listed]
    yield from {(each.get("name"), each.get("in")): each for each in whole}.values()


class _Comparer:
    """Compares the operations of two documents."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self.old = old
        self.new = new
        self.schemas = SchemaComparer(old, new)

    def operation(self, old: _Operation, new: _Operation) -> Iterator[Change]:
        """Yield what changed in an operation."""
        if bool(old.content.get("deprecated")) != bool(new.content.get("deprecated")):
            yield Change("operation", deprecation(new.content), breaking=False)
        was = old.content.get("security", self.old.get("security"))
        now = new.content.get("security", self.new.get("security"))
        yield from security_changes(ways(was, self.schemas.old), ways(now, self.schemas.new))
        yield from self._parameters(old, new)
        yield from self._body(old.content.get("requestBody"), new.content.get("requestBody"))
        yield from self._responses(
            old.content.get("responses", {}), new.content.get("responses", {})
        )

    def _parameters(self, old: _Operation, new: _Operation) -> Iterator[Change]:
        was, now = _keyed(old), _keyed(new)
        for key in dict.fromkeys([*was, *now]):
            parameter = now.get(key, was.get(key, {}))
            where = f"{parameter.get('in')} parameter {parameter.get('name')}"
            if key not in now:
                yield Change(where, "removed", breaking=True)
            elif key not in was:
                required = bool(parameter.get("required"))
                kind = "required" if required else "optional"
                yield Change(where, f"added, {kind}", breaking=required)
            else:
                yield from self._parameter(was[key], now[key], where)

    def _parameter(self, old: Schema, new: Schema, where: str) -> Iterator[Change]:
        yield from _required(old, new, where)
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            yield Change(where, deprecation(new), breaking=False)
        was, now = _schema(old), _schema(new)
        optional = not (old.get("required") or new.get("required"))
        changes = self.schemas.about(was, now, "request", optional=optional)
        yield from _placed(changes, where)
        yield from _placed(self.schemas.compare(was, now, "request"), where)

    def _body(self, old: Schema | None, new: Schema | None) -> Iterator[Change]:
        where = "request body"
        was = self.schemas.old.whole(old or {})
        now = self.schemas.new.whole(new or {})
        if not was and now:
            required = bool(now.get("required"))
            kind = "required" if required else "optional"
            yield Change(where, f"added, {kind}", breaking=required)
        elif was and not now:
            yield Change(where, "removed", breaking=True)
        elif was and now:
            yield from _required(was, now, where)
            yield from self._content(was, now, where, "request")

    def _content(
        self, old: Schema, new: Schema, where: str, direction: Direction
    ) -> Iterator[Change]:
        was, now = old.get("content", {}), new.get("content", {})
        for media in dict.fromkeys([*was, *now]):
            here = where if len(was.keys() | now.keys()) == 1 else f"{where} ({media})"
            if media not in now:
                yield Change(where, f"media type {media} removed", breaking=True)
            elif media not in was:
                yield Change(where, f"media type {media} added", breaking=False)
            else:
                before, after = (each[media].get("schema", {}) for each in (was, now))
                yield from _placed(self.schemas.compare(before, after, direction), here)

    def _responses(self, old: Schema, new: Schema) -> Iterator[Change]:
        for status in sorted(old.keys() | new.keys()):
            where = f"response {status}"
            if (status in old) != (status in new):
                what = "added" if status in new else "removed"
                yield Change(where, what, breaking=status < _FIRST_ERROR)
                continue
            was = self.schemas.old.whole(old[status])
            now = self.schemas.new.whole(new[status])
            yield from _headers(was.get("headers", {}), now.get("headers", {}), where)
            yield from self._content(was, now, where, "response")


def _headers(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    for name in sorted(old.keys() ^ new.keys()):
        gone = name in old
        yield Change(f"{where} header {name}", "removed" if gone else "added", breaking=gone)


def _required(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    if bool(old.get("required")) != bool(new.get("required")):
        now = bool(new.get("required"))
        yield Change(where, "is required now" if now else "is no longer required", breaking=now)


def _schema(parameter: Schema) -> Schema:
    """Return a parameter's schema, which may stand below a media type."""
    contents = list(parameter.get("content", {}).values())
    found: Schema = (
        parameter.get("schema") or (contents[0].get("schema") if contents else None) or {}
    )
    return found


def _keyed(operation: _Operation) -> dict[tuple[str, str], Schema]:
    """Return the parameters by place and name; those of the path by their number in it."""
    path = re.findall("{([^}:]*)", operation.name)
    keyed = {}
    for each in operation.parameters:
        name, place = str(each.get("name")), str(each.get("in"))
        if place == "path" and name in path:
            name = str(path.index(name))
        elif place == "header":
            name = name.lower()
        keyed[place, name] = each
    return keyed


def _placed(changes: Iterable[Change], where: str) -> Iterator[Change]:
    """Yield changes of a schema with the place at which it stands."""
    for change in changes:
        at = f"{where}: {change.where}" if change.where else where
        yield Change(at, change.what, change.breaking)
