"""Claims made up for the tests, and tiny lessons that make them."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from tutor.catalog import Catalog
from tutor.claims import read_claims

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.catalog import Lesson
    from tutor.claims import Claim

CARD = """
format = 1
title = "Claims"
summary = "Claims in numbers"
objectives = ["Measure"]
minutes = 1
serve = "main:app"
"""
USUAL = {
    "name": "Time of a profile",
    "unit": "ms",
    "better": "lower",
    "measures": "right",
    "stated": 150,
    "said_in": "many tutorials",
}


def document(*claims: dict[str, Any]) -> str:
    """Return what a `claims.py` prints, with claims that differ from the usual one as told."""
    return json.dumps({"format": 1, "claims": [USUAL | each for each in claims]})


def claim(**fields: Any) -> Claim:  # noqa: ANN401 - as the fields are
    """Return the usual claim with other fields."""
    return read_claims(document(fields).encode())[0]


def printing(*claims: dict[str, Any]) -> str:
    """Return the code of a `claims.py` that prints claims with fixed samples."""
    return f"print({document(*claims)!r})"


def claiming(root: Path, code: str, name: str = "57_claims") -> Lesson:
    """Write an example with this `claims.py` below `root`, and return it."""
    folder = root / "examples" / name
    folder.mkdir(parents=True)
    (folder / "lesson.toml").write_text(CARD, encoding="utf-8")
    (folder / "claims.py").write_text(textwrap.dedent(code), encoding="utf-8")
    return Catalog(root).find(name)
