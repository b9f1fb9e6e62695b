"""Each kind of change in a schema has its verdict, in requests and in responses."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.comparing_schemas import Direction, SchemaComparer

Schema = dict[str, Any]
ANY: Schema = {}
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def model(required: list[str] | None = None, **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": required or []}


def one_of(*forms: Schema) -> Schema:
    return {"anyOf": list(forms)}


def enum(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def text(**rules: object) -> Schema:
    return {"type": "string", **rules}


def number(**rules: object) -> Schema:
    return {"type": "number", **rules}


def told(old: Schema, new: Schema, direction: Direction = "request") -> list[tuple[str, str, bool]]:
    comparer = SchemaComparer({}, {})
    found = comparer.compare(old, new, direction)
    return [(change.where, change.what, change.breaking) for change in found]


# Each row: old, new, what is said, breaking in a request, breaking in a response.
ROWS = [
    (model(), model(a=TEXT), "a: added, optional", False, False),
    (model(), model(["a"], a=TEXT), "a: added, required", True, False),
    (model(a=TEXT), model(), "a: removed", True, True),
    (model(a=TEXT), model(["a"], a=TEXT), "a: is required now", True, False),
    (model(["a"], a=TEXT), model(a=TEXT), "a: is no longer required", False, True),
    (TEXT, NUMBER, "type string → integer", True, True),
    (NUMBER, number(), "type integer → number", False, True),
    (number(), NUMBER, "type number → integer", True, False),
    (TEXT, ANY, "type string → any", False, True),
    (ANY, TEXT, "type any → string", True, False),
    (TEXT, one_of(TEXT, NUMBER), "type string → integer or string", False, True),
    (one_of(TEXT, NUMBER), TEXT, "type integer or string → string", True, False),
    (TEXT, one_of(TEXT, {"type": "null"}), "null is allowed", False, True),
    ({"type": ["string", "null"]}, TEXT, "null is no longer allowed", True, False),
    (TEXT, {**TEXT, "nullable": True}, "null is allowed", False, True),
    (enum("a"), enum("a", "b"), 'value added: "b"', False, True),
    (enum("a", "b"), enum("a"), 'value removed: "b"', True, False),
    (TEXT, enum("a"), 'only these values now: "a"', True, False),
    (enum("a"), TEXT, 'other values than "a"', False, True),
    ({"const": "a"}, enum("a", "b"), 'value added: "b"', False, True),
    (text(), text(minLength=3), "minLength none → 3", True, False),
    (text(minLength=3), text(minLength=2), "minLength 3 → 2", False, True),
    (text(minLength=3), text(minLength=4), "minLength 3 → 4", True, False),
    (text(maxLength=3), text(maxLength=4), "maxLength 3 → 4", False, True),
    (text(maxLength=3), text(maxLength=2), "maxLength 3 → 2", True, False),
    (text(maxLength=3), text(), "maxLength 3 → none", False, True),
    (text(), text(pattern="a"), 'pattern none → "a"', True, False),
    (text(pattern="a"), text(), 'pattern "a" → none', False, True),
    (text(pattern="a"), text(pattern="b"), 'pattern "a" → "b"', True, True),
    (text(), text(format="date"), 'format none → "date"', True, False),
    (text(format="date"), text(format="uuid"), 'format "date" → "uuid"', True, True),
    (
        number(minimum=0),
        number(minimum=1),
        "must be at least 1 now (before: at least 0)",
        True,
        False,
    ),
    (
        number(minimum=0),
        number(exclusiveMinimum=0),
        "must be above 0 now (before: at least 0)",
        True,
        False,
    ),
    (
        number(exclusiveMaximum=9),
        number(maximum=9),
        "must be at most 9 now (before: below 9)",
        False,
        True,
    ),
    (
        number(maximum=9),
        number(maximum=8),
        "must be at most 8 now (before: at most 9)",
        True,
        False,
    ),
    (number(maximum=9), number(), "need no longer be at most 9", False, True),
    (number(), number(exclusiveMaximum=9), "must be below 9 now", True, False),
    (
        number(minimum=1),
        number(minimum=1, exclusiveMinimum=True),
        "must be above 1 now (before: at least 1)",
        True,
        False,
    ),
    (number(), number(multipleOf=2), "multipleOf none → 2", True, False),
    (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": NUMBER},
        "[]: type string → integer",
        True,
        True,
    ),
    ({"type": "array"}, {"type": "array", "maxItems": 2}, "maxItems none → 2", True, False),
    (
        {"type": "array", "prefixItems": [TEXT]},
        {"type": "array", "prefixItems": [NUMBER]},
        "0: type string → integer",
        True,
        True,
    ),
    (
        model(),
        model() | {"additionalProperties": False},
        "other fields than these are refused now",
        True,
        False,
    ),
    (
        model() | {"additionalProperties": False},
        model(),
        "other fields than these are allowed now",
        False,
        False,
    ),
    (
        model() | {"additionalProperties": TEXT},
        model() | {"additionalProperties": NUMBER},
        "*: type string → integer",
        True,
        True,
    ),
    (
        model(),
        model() | {"additionalProperties": TEXT},
        "other fields than these must fit a schema now",
        True,
        False,
    ),
    (
        model() | {"additionalProperties": TEXT},
        model(),
        "other fields than these may have any type now",
        False,
        True,
    ),
    (model(a=text(default="x")), model(a=text(default="y")), 'a: default "x" → "y"', True, False),
    (model(a=text()), model(a=text(default="y")), 'a: default none → "y"', True, False),
    (model(a=TEXT), model(a=text(deprecated=True)), "a: is deprecated now", False, False),
    (model(a=text(deprecated=True)), model(a=TEXT), "a: is no longer deprecated", False, False),
    (
        one_of(model(a=TEXT), model(b=TEXT)),
        one_of(model(a=TEXT)),
        "one form (object) is gone",
        True,
        False,
    ),
    (
        one_of(model(a=TEXT)),
        one_of(model(b=TEXT) | {"title": "B"}, model(a=TEXT)),
        "one form (B) is new",
        False,
        True,
    ),
    (
        model(a=model(b={"type": "array", "items": model(c=TEXT)})),
        model(a=model(b={"type": "array", "items": model()})),
        "a.b[].c: removed",
        True,
        True,
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "said", "in_request", "in_response"),
    ROWS,
    ids=[f"{row[2]} ({number})" for number, row in enumerate(ROWS)],
)
def test_a_change_of_a_schema_has_its_verdict(
    old: Schema, new: Schema, said: str, in_request: bool, in_response: bool
) -> None:
    verdicts: dict[Direction, bool] = {"request": in_request, "response": in_response}
    for direction, breaking in verdicts.items():
        [(where, what, found)] = told(old, new, direction)
        assert (f"{where}: {what}" if where else what) == said
        assert found is breaking, direction


def test_a_type_that_is_replaced_has_no_other_changes() -> None:
    assert told(text(minLength=3), NUMBER) == [("", "type string → integer", True)]


def test_a_default_of_a_field_that_must_be_sent_does_not_matter() -> None:
    old, new = model(["a"], a=text(default="x")), model(["a"], a=text(default="y"))

    assert told(old, new) == []


def test_texts_for_people_are_not_compared() -> None:
    old = model(a=text(title="A", description="One.", examples=["x"]))
    new = model(a=text(title="B", description="Two.", examples=["y"])) | {"title": "M"}

    assert told(old, new) == []


def test_the_order_of_alternatives_and_fields_does_not_matter() -> None:
    old = one_of(model(a=TEXT, b=NUMBER), model(c=TEXT), TEXT)
    new = one_of(TEXT, model(c=TEXT), model(b=NUMBER, a=TEXT))

    assert told(old, new) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"allOf": [model(a=TEXT), model(["b"], b=NUMBER)]}, model(["b"], a=TEXT, b=NUMBER)),
        ({"allOf": [text(minLength=1), text(minLength=3)]}, text(minLength=3)),
        ({"allOf": [text(maxLength=9), text(maxLength=3)]}, text(maxLength=3)),
        ({"allOf": [number(), NUMBER]}, NUMBER),
        ({"allOf": [one_of(TEXT, NUMBER), TEXT]}, TEXT),
        ({"allOf": [enum("a", "b"), enum("b", "c")]}, enum("b")),
        (
            {"allOf": [model(a=text(minLength=2)), model(a=text(maxLength=5))]},
            model(a=text(minLength=2, maxLength=5)),
        ),
        (
            {
                "allOf": [
                    model() | {"additionalProperties": False},
                    model() | {"additionalProperties": True},
                ]
            },
            model() | {"additionalProperties": False},
        ),
        ({"type": ["string", "integer"]}, one_of(TEXT, NUMBER)),
        ({"oneOf": [TEXT, NUMBER]}, one_of(NUMBER, TEXT)),
        (one_of(one_of(TEXT), NUMBER), one_of(TEXT, NUMBER)),
        ({"enum": ["a", 1]}, one_of(enum("a"), {"type": "integer", "enum": [1]})),
        ({"properties": {"a": TEXT}}, model(a=TEXT)),
    ],
)
def test_two_ways_to_write_one_schema_are_the_same(old: Schema, new: Schema) -> None:
    assert told(old, new) == []
    assert told(new, old) == []


def document(**schemas: Schema) -> Schema:
    return {"components": {"schemas": schemas}}


REFERENCE = {"$ref": "#/components/schemas/A"}


def test_a_reference_is_followed_in_its_own_document() -> None:
    comparer = SchemaComparer(document(A=TEXT), document(A=NUMBER))

    [change] = comparer.compare(REFERENCE, REFERENCE, "request")

    assert change.what == "type string → integer"


def test_what_stands_beside_a_reference_counts() -> None:
    comparer = SchemaComparer(document(A=TEXT), document(A=TEXT))

    [change] = comparer.compare(REFERENCE, REFERENCE | {"minLength": 2}, "request")

    assert change.what == "minLength none → 2"


def test_a_model_that_holds_itself_is_compared_once() -> None:
    old = model(children={"type": "array", "items": REFERENCE}, name=TEXT)
    new = model(children={"type": "array", "items": REFERENCE}, name=NUMBER)
    comparer = SchemaComparer(document(A=old), document(A=new))

    changes = comparer.compare(REFERENCE, REFERENCE, "request")

    assert [change.where for change in changes] == ["name"]


@pytest.mark.parametrize(
    "schemas",
    [{}, {"A": REFERENCE}, {"A": {"allOf": [REFERENCE]}}, {"A": {"anyOf": [REFERENCE, TEXT]}}],
)
def test_a_reference_that_leads_nowhere_is_no_endless_search(schemas: dict[str, Schema]) -> None:
    comparer = SchemaComparer(document(**schemas), document(**schemas))

    assert comparer.compare(REFERENCE, REFERENCE, "request") == []
