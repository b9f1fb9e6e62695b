"""What differs between two JSON schemas, and whether clients written for the old one still work.

A schema describes a set of values. A request may be wider than before, never narrower: what was
accepted must still be. A response may be narrower than before, never wider: a client must not
meet a value that it has not learnt to read. What is neither breaks both.

change                                                   in a request    in a response
-------------------------------------------------------  --------------  --------------
a field is added: optional / required                    ok / breaking   ok / ok
a field is removed                                       breaking        breaking
an optional field becomes required                       breaking        ok
a required field becomes optional                        ok              breaking
a type is replaced by another                            breaking        breaking
a type, null, an enum value or a form is added           ok              breaking
a type, null, an enum value or a form is removed         breaking        ok
a bound, pattern, format or other rule is added, tighter breaking        ok
a bound, pattern, format or other rule is removed, wider ok              breaking
a pattern, format or other rule is another one           breaking        breaking
other fields are refused now / allowed now               breaking / ok   ok / ok
a default changes                                        breaking        ok
a field is deprecated, or no longer                      ok              ok

Texts for people (title, description, examples) are not compared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tutor.schema_forms import Resolver, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
Direction = Literal["request", "response"]
_DEEPEST = 40
_RULES = ("pattern", "format", "multipleOf", "uniqueItems", "contentMediaType", "contentEncoding")
_BOUNDS = {
    "minLength": 1,
    "minItems": 1,
    "minProperties": 1,
    "maxLength": -1,
    "maxItems": -1,
    "maxProperties": -1,
}
"""The direction in which a bound gets tighter."""


@dataclass(frozen=True)
class Change:
    """One thing that changed: where, what, and whether it can break a client."""

    where: str
    what: str
    breaking: bool


@dataclass(frozen=True)
class _At:
    """Where a comparison is: the field's path, and the pairs of schemas that lead to it."""

    direction: Direction
    path: str = ""
    above: tuple[str, ...] = ()

    def change(self, what: str, effect: Literal["narrower", "wider", "other", "none"]) -> Change:
        """Return a change with the effect that it has on the set of values."""
        bad = "narrower" if self.direction == "request" else "wider"
        return Change(self.path, what, breaking=effect in (bad, "other"))

    def field(self, name: str) -> _At:
        path = f"{self.path}.{name}" if self.path else name
        return _At(self.direction, path, self.above)

    def items(self) -> _At:
        return _At(self.direction, f"{self.path}[]", self.above)


class SchemaComparer:
    """Compares schemas of two documents; each resolves references in its own."""

    def __init__(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        self.old = Resolver(old)
        self.new = Resolver(new)

    def compare(self, old: Schema, new: Schema, direction: Direction) -> list[Change]:
        """Return what changed from `old` to `new`, in the order of the fields."""
        return list(self._compare(old, new, _At(direction)))

    def _compare(self, old: Schema, new: Schema, at: _At) -> Iterator[Change]:
        pair = json.dumps([old, new], sort_keys=True)
        if pair in at.above or len(at.above) > _DEEPEST:
            return  # a recursive model: this pair is being compared further up
        at = _At(at.direction, at.path, (*at.above, pair))
        was, now = self.old.forms(old), self.new.forms(new)
        yield from _types(was, now, at)
        for name in dict.fromkeys(type_of(form) for form in was):
            olds = [form for form in was if type_of(form) == name]
            news = [form for form in now if type_of(form) == name]
            wider = {"integer": "number", "number": "integer"}.get(name)
            news = news or [form for form in now if type_of(form) == wider]
            if news and name != "null":
                yield from self._forms(olds, news, at)

    def _forms(self, olds: list[Schema], news: list[Schema], at: _At) -> Iterator[Change]:
        """Compare the forms of one type: those that are the same go together first."""
        olds, news = list(olds), list(news)
        for old in list(olds):
            same = next((new for new in news if not list(self._form(old, new, at))), None)
            if same is not None:
                olds.remove(old)
                news.remove(same)
        for old, new in zip(olds, news, strict=False):
            yield from self._form(old, new, at)
        for form in olds[len(news) :]:
            yield at.change(f"one form ({_name(form)}) is gone", "narrower")
        for form in news[len(olds) :]:
            yield at.change(f"one form ({_name(form)}) is new", "wider")

    def _form(self, old: Schema, new: Schema, at: _At) -> Iterator[Change]:
        yield from _enum(old, new, at)
        yield from _range(old, new, at)
        yield from _rules(old, new, at)
        if type_of(old) == "object":
            yield from self._fields(old, new, at)
            yield from self._others(old, new, at)
        elif type_of(old) == "array":
            yield from self._compare(_open(old.get("items")), _open(new.get("items")), at.items())
            for n, (was, now) in enumerate(
                zip(old.get("prefixItems", []), new.get("prefixItems", []), strict=False)
            ):
                yield from self._compare(was, now, at.field(str(n)))

    def _fields(self, old: Schema, new: Schema, at: _At) -> Iterator[Change]:
        was, now = old.get("properties", {}), new.get("properties", {})
        must, must_now = set(old.get("required", [])), set(new.get("required", []))
        for name in dict.fromkeys([*was, *now]):
            here = at.field(name)
            if name not in now:
                yield here.change("removed", "other")
            elif name not in was:
                kind = "required" if name in must_now else "optional"
                breaks = kind == "required" and at.direction == "request"
                yield here.change(f"added, {kind}", "other" if breaks else "none")
            else:
                if (name in must) != (name in must_now):
                    narrower = name in must_now
                    what = "is required now" if narrower else "is no longer required"
                    yield here.change(what, "narrower" if narrower else "wider")
                optional = name not in must | must_now
                yield from self.about(was[name], now[name], here, optional=optional)
                yield from self._compare(was[name], now[name], here)

    def about(
        self, old: Schema, new: Schema, at: _At | Direction, *, optional: bool
    ) -> Iterator[Change]:
        """Yield what changed about a field or parameter as a whole: its default, deprecation."""
        here = at if isinstance(at, _At) else _At(at)
        was, now = self.old.whole(old), self.new.whole(new)
        if optional and was.get("default") != now.get("default"):
            what = f"default {_shown(was.get('default'))} → {_shown(now.get('default'))}"
            yield here.change(what, "other" if here.direction == "request" else "none")
        if bool(was.get("deprecated")) != bool(now.get("deprecated")):
            yield here.change(deprecation(now), "none")

    def _others(self, old: Schema, new: Schema, at: _At) -> Iterator[Change]:
        """Compare what is said about fields that have no name in the schema."""
        was, now = (schema.get("additionalProperties", True) for schema in (old, new))
        if isinstance(was, dict) and isinstance(now, dict):
            yield from self._compare(was, now, at.field("*"))
        elif was is not False and now is False:
            yield at.change("other fields than these are refused now", "narrower")
        elif was is False and now is not False:
            yield at.change("other fields than these are allowed now", "none")
        elif isinstance(now, dict) and now:
            yield at.change("other fields than these must fit a schema now", "narrower")
        elif isinstance(was, dict) and was:
            yield at.change("other fields than these may have any type now", "wider")


def deprecation(now: Schema) -> str:
    """Return the sentence about a change of deprecation."""
    return "is deprecated now" if now.get("deprecated") else "is no longer deprecated"


def _types(was: list[Schema], now: list[Schema], at: _At) -> Iterator[Change]:
    old, new = ({type_of(form) for form in forms} for forms in (was, now))
    # "any" is any type but null is said by itself, since that is how people think of it.
    if "any" not in old | new and ("null" in old) != ("null" in new):
        allowed = "null" in new
        what = "null is allowed" if allowed else "null is no longer allowed"
        yield at.change(what, "wider" if allowed else "narrower")
        old, new = old - {"null"}, new - {"null"}
    lost = {name for name in old if not _covered(name, new)}
    gained = {name for name in new if not _covered(name, old)}
    if lost or gained:
        effect: Literal["narrower", "wider", "other"] = (
            "other" if lost and gained else "narrower" if lost else "wider"
        )
        names = (" or ".join(sorted(names)) or "nothing" for names in (old, new))
        yield at.change(f"type {' → '.join(names)}", effect)


def _covered(name: str, names: set[str]) -> bool:
    return name in names or "any" in names or (name == "integer" and "number" in names)


def _enum(old: Schema, new: Schema, at: _At) -> Iterator[Change]:
    was, now = (
        None if "enum" not in schema else [_shown(value) for value in schema["enum"]]
        for schema in (old, new)
    )
    if was is None and now is not None:
        yield at.change(f"only these values now: {', '.join(now)}", "narrower")
    elif was is not None and now is None:
        yield at.change(f"other values than {', '.join(was)}", "wider")
    elif was is not None and now is not None:
        lost, gained = ([v for v in a if v not in b] for a, b in ((was, now), (now, was)))
        if lost:
            yield at.change(f"value removed: {', '.join(lost)}", "narrower")
        if gained:
            yield at.change(f"value added: {', '.join(gained)}", "wider")


def _range(old: Schema, new: Schema, at: _At) -> Iterator[Change]:
    for inclusive, exclusive, sign, words in (
        ("minimum", "exclusiveMinimum", 1, ("at least", "above")),
        ("maximum", "exclusiveMaximum", -1, ("at most", "below")),
    ):
        was, now = (_limit(schema, inclusive, exclusive, sign) for schema in (old, new))
        if was != now:
            before, after = (b and f"{words[b[1]]} {b[0] * sign}" for b in (was, now))
            what = f"must be {after} now" if after else f"need no longer be {before}"
            what += f" (before: {before})" if before and after else ""
            tighter = was is None or (now is not None and now > was)
            yield at.change(what, "narrower" if tighter else "wider")


def _limit(
    schema: Schema, inclusive: str, exclusive: str, sign: int
) -> tuple[int | float, bool] | None:
    """Return a bound that is tighter when it is greater, and whether it is itself left out."""
    limit, strict = schema.get(inclusive), schema.get(exclusive)
    if isinstance(strict, bool):  # as OpenAPI 3.0 has it
        return None if limit is None else (sign * limit, strict)
    both = [
        (sign * value, out) for value, out in ((limit, False), (strict, True)) if value is not None
    ]
    return max(both, default=None)


def _rules(old: Schema, new: Schema, at: _At) -> Iterator[Change]:
    for name, sign in _BOUNDS.items():
        was, now = old.get(name), new.get(name)
        if was != now:
            tighter = was is None or (now is not None and sign * now > sign * was)
            what = f"{name} {_shown(was)} → {_shown(now)}"
            yield at.change(what, "narrower" if tighter else "wider")
    for name in _RULES:
        was, now = old.get(name) or None, new.get(name) or None
        if was != now:
            what = f"{name} {_shown(was)} → {_shown(now)}"
            yield at.change(
                what, "narrower" if was is None else "wider" if now is None else "other"
            )


def _open(schema: object) -> Schema:
    return schema if isinstance(schema, dict) else {}


def _name(form: Schema) -> str:
    return str(form.get("title") or type_of(form))


def _shown(value: object) -> str:
    if isinstance(value, str) and value.isprintable():
        return f'"{value}"'
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
