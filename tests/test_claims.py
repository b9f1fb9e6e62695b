"""The protocol of `claims.py`: what is read, and the sentence for each way to break it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.claim_maker import USUAL, claim, document
from tutor.claims import ProtocolError, read_claims

BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no samples": ({}, "no samples in `right`"),
    "a field of its own": ({"right": [1], "colour": "red"}, "claims.0.colour: Extra inputs"),
    "a number as text": ({"right": ["1"]}, "claims.0.right.0: "),
    "true as a number": ({"right": [True]}, "claims.0.right.0: "),
    "no samples of the naive way for a saving": (
        {"right": [1], "measures": "saving", "stated": 50},
        "`measures` is 'saving', which needs samples in `naive`",
    ),
    "no samples of the naive way for the naive way": (
        {"right": [1], "measures": "naive"},
        "needs samples in `naive`",
    ),
    "fewer samples of one way": (
        {"right": [1, 2], "naive": [3]},
        "2 samples in `right`, but 1 in `naive`",
    ),
    "a saving of 0": (
        {"right": [1], "naive": [0], "measures": "saving", "stated": 50},
        "a saving cannot be taken of 0",
    ),
    "a ratio to 0": (
        {"right": [0], "naive": [1], "measures": "ratio"},
        "a ratio cannot be taken to 0",
    ),
    "a ratio of what is below 0": (
        {"right": [1], "naive": [-1], "measures": "ratio"},
        "a ratio cannot be taken of a sample below 0",
    ),
    "a saving of more than all": (
        {"right": [1], "naive": [2], "measures": "saving", "stated": [90, 101]},
        "a saving of more than 100 % is stated",
    ),
    "a saving of what is good": (
        {"right": [1], "naive": [2], "measures": "saving", "stated": 5, "better": "higher"},
        "a saving is of something of which less is better",
    ),
    "samples although it is missing": (
        {"right": [1], "missing": "no promtool"},
        "there are samples although one is missing",
    ),
    "a range that is upside down": (
        {"right": [1], "stated": [2, 1]},
        "the lower end of the range in `stated` comes first",
    ),
    "a stated number below 0": (
        {"right": [1], "stated": -1},
        "claims.0.stated: it has to be a number of at least 0, or two of them for a range",
    ),
    "a stated range of three": ({"right": [1], "stated": [1, 2, 3]}, "claims.0.stated: it has"),
    "an unknown quantity": ({"right": [1], "measures": "wrong"}, "claims.0.measures: "),
    "a name with a control character": ({"right": [1], "name": "\x1b[31m"}, "claims.0.name: "),
    "a name of blanks": ({"right": [1], "name": "  "}, "claims.0.name: "),
    "a unit without end": ({"right": [1], "unit": "m" * 21}, "claims.0.unit: "),
}


def fault(printed: str) -> str:
    with pytest.raises(ProtocolError) as raised:
        read_claims(printed.encode())
    return str(raised.value)


@pytest.mark.parametrize(("fields", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_a_claim_that_breaks_the_protocol_is_refused_with_its_place(
    fields: dict[str, Any], sentence: str
) -> None:
    said = fault(document(fields))
    assert sentence in said
    assert said.startswith("claims.0")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    printed = document({"right": [1]}).replace("[1]", f"[{number}]")
    assert fault(printed).startswith("claims.0.right.0: ")


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("", "nothing was printed"),
        ("\n", "nothing was printed"),
        ("Round 1 ...\n{}", "Invalid JSON"),
        ("[]", "object"),
        ('{"format": 2, "claims": []}', "format: "),
        ('{"format": 1, "claims": []}', "claims: "),
        (json.dumps({"format": 1, "claims": [USUAL | {"right": [1]}] * 2}), "the same name"),
    ],
)
def test_what_is_no_document_is_refused(printed: str, sentence: str) -> None:
    assert sentence in fault(printed)


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    with pytest.raises(ProtocolError):
        read_claims(b'{"format": 1, "claims": ["\xff"]}')


def test_a_document_gives_its_claims_in_order() -> None:
    printed = document(
        {"right": [151, 152.5], "naive": [330, 331]},
        {"name": "Rules", "stated": [70, 90], "missing": "promtool is not here"},
    )
    first, second = read_claims(printed.encode())
    assert (first.name, first.right, first.naive) == (USUAL["name"], (151, 152.5), (330, 331))
    assert first.stated_range == (150, 150)
    assert (second.stated_range, second.missing) == ((70, 90), "promtool is not here")


def test_samples_may_be_below_zero_where_nothing_is_divided() -> None:
    assert claim(right=[-0.1, 0.2], stated=0).right == (-0.1, 0.2)
