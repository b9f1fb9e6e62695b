"""A JSON schema without its indirections: `$ref`, `allOf`, `anyOf` and `oneOf` resolved."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_TYPES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


def type_of(form: Schema) -> str:
    """Return the one type of a form, `any` when it has none."""
    return str(form.get("type", "any"))


class Resolver:
    """Resolves the schemas of one OpenAPI document."""

    def __init__(self, document: Schema) -> None:
        self.document = document

    def whole(self, found: Schema) -> Schema:
        """Return an object of the document with its `$ref` followed; what stands beside it wins.

        What refers to nothing, or to itself, is an empty object.
        """
        seen: set[str] = set()
        while isinstance(found, dict) and "$ref" in found:
            reference = str(found["$ref"])
            if reference in seen:
                return {}
            seen.add(reference)
            beside = {key: value for key, value in found.items() if key != "$ref"}
            found = {**self._at(reference), **beside}
        return found if isinstance(found, dict) else {}

    def _at(self, reference: str) -> Schema:
        place: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            place = place.get(key, {}) if isinstance(place, dict) else {}
        return place if isinstance(place, dict) else {}

    def forms(self, schema: Schema | bool, depth: int = 0) -> list[Schema]:
        """Return what a value may be: one schema of one type for each alternative."""
        if schema is False or depth > 20:  # nothing fits; or a definition that leads to itself
            return []
        whole = dict(self.whole(schema)) if isinstance(schema, dict) else {}
        every, some = whole.pop("allOf", []), [whole.pop(key, None) for key in ("anyOf", "oneOf")]
        forms = _by_type(whole)
        for part in every:
            forms = _both(forms, self.forms(part, depth + 1))
        for union in some:
            if union:
                parts = [form for part in union for form in self.forms(part, depth + 1)]
                forms = _both(forms, parts)
        return forms


def _by_type(schema: Schema) -> list[Schema]:
    """Return a schema of several types as one for each of them."""
    if "const" in schema:
        schema = {**schema, "enum": [schema["const"]]}
    types = schema.get("type", _guessed(schema))
    types = list(types) if isinstance(types, list) else [types] if types else []
    if schema.get("nullable") and types:  # as OpenAPI 3.0 has it
        types.append("null")
    forms = [_of_type(schema, name) for name in dict.fromkeys(types)]
    return forms or [schema]


def _guessed(schema: Schema) -> list[str]:
    if "enum" in schema:
        return list(dict.fromkeys(_TYPES.get(type(value), "any") for value in schema["enum"]))
    return ["object"] if "properties" in schema else ["array"] if "items" in schema else []


def _of_type(schema: Schema, name: str) -> Schema:
    form = {**schema, "type": name}
    if "enum" in form:
        form["enum"] = [value for value in form["enum"] if _is_of(value, name)]
    return form


def _is_of(value: object, name: str) -> bool:
    own = _TYPES.get(type(value), "any")
    return own == name or (own == "integer" and name == "number")


def _both(some: list[Schema], others: list[Schema]) -> list[Schema]:
    """Return the forms that fit one of each list."""
    return [merged for a in some for b in others if (merged := _merged(a, b)) is not None]


def _merged(a: Schema, b: Schema) -> Schema | None:
    """Return the schema of what fits both, or None when nothing can."""
    merged = {**a, **b}
    types = {schema["type"] for schema in (a, b) if "type" in schema}
    if len(types) > 1:
        if types != {"integer", "number"}:
            return None
        merged["type"] = "integer"
    for keys, tighter in ((_LOWER, max), (_UPPER, min)):
        for key in keys:
            if key in a and key in b:
                merged[key] = tighter(a[key], b[key])
    if "enum" in a and "enum" in b:
        merged["enum"] = [value for value in a["enum"] if value in b["enum"]]
    if a.get("additionalProperties") is False:
        merged["additionalProperties"] = False
    return merged | _merged_fields(a, b)


def _merged_fields(a: Schema, b: Schema) -> Schema:
    fields: Schema = {}
    if "properties" in a or "properties" in b:
        old, new = a.get("properties", {}), b.get("properties", {})
        shared = {
            name: {"allOf": [old[name], new[name]]}
            for name in old
            if name in new and old[name] != new[name]
        }
        fields["properties"] = {**old, **new, **shared}
    if "required" in a or "required" in b:
        fields["required"] = list(dict.fromkeys([*a.get("required", []), *b.get("required", [])]))
    return fields
