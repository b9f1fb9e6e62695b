"""What a lesson's `claims.py` prints: claims in numbers, and what was measured for each.

The protocol is described for authors in `docs/claims.md`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    ValidationError,
    model_validator,
)

Measures = Literal["right", "naive", "saving", "ratio"]
Better = Literal["lower", "higher"]
_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
"""No control characters, and not blanks alone."""
Name = Annotated[str, StringConstraints(pattern=_PRINTABLE, max_length=80)]
Unit = Annotated[str, StringConstraints(pattern=_PRINTABLE, max_length=20)]
Sentence = Annotated[str, StringConstraints(pattern=_PRINTABLE, max_length=300)]
Amount = Annotated[FiniteFloat, Field(ge=0)]

Range = tuple[Amount, Amount]


class ProtocolError(ValueError):
    """What was printed does not follow the protocol; the message says where and how."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Claim(_Part):
    """One claim in numbers, and the samples of both ways, one a round."""

    name: Name
    unit: Unit
    better: Better
    measures: Measures
    """What is held against `stated`: the samples of one way, the saving in percent
    (100 * (1 - right / naive)), or the ratio naive / right; the last two by round."""
    stated: Amount | Range
    said_in: Sentence
    """Where it is commonly stated."""
    right: tuple[FiniteFloat, ...] = ()
    naive: tuple[FiniteFloat, ...] = ()
    missing: Sentence | None = None
    """Why this machine cannot measure it; there are no samples then."""

    @property
    def stated_range(self) -> tuple[float, float]:
        """What is stated, as the lower and the upper end; both are the same for one number."""
        return self.stated if isinstance(self.stated, tuple) else (self.stated, self.stated)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        problem = self._problem()
        if problem:
            raise ValueError(problem)
        return self

    def _problem(self) -> str | None:
        """Say what of the protocol is broken by fields that are right each by itself."""
        if self.stated_range[0] > self.stated_range[1]:
            return "the lower end of the range in `stated` comes first"
        if self.measures == "saving" and self.better == "higher":
            return "a saving is of something of which less is better"
        if self.measures == "saving" and self.stated_range[1] > 100:
            return "a saving of more than 100 % is stated"
        if self.missing is not None:
            return "there are samples although one is missing" if self.right or self.naive else None
        if not self.right:
            return "there are no samples in `right`, and `missing` does not say why"
        return self._problem_of_naive()

    def _problem_of_naive(self) -> str | None:
        if self.measures != "right" and not self.naive:
            return f"`measures` is {self.measures!r}, which needs samples in `naive`"
        if self.naive and len(self.naive) != len(self.right):
            return f"{len(self.right)} samples in `right`, but {len(self.naive)} in `naive`"
        if self.measures in ("saving", "ratio") and min(*self.right, *self.naive) < 0:
            return f"a {self.measures} cannot be taken of a sample below 0"
        if self.measures == "saving" and 0 in self.naive:
            return "a saving cannot be taken of 0, which is in `naive`"
        if self.measures == "ratio" and 0 in self.right:
            return "a ratio cannot be taken to 0, which is in `right`"
        return None


class _Document(_Part):
    format: Literal[1]
    claims: Annotated[tuple[Claim, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [claim.name for claim in self.claims]
        if len(set(names)) < len(names):
            raise ValueError("two claims have the same name")
        return self


def read_claims(printed: bytes) -> tuple[Claim, ...]:
    """Return the claims in the JSON document `printed`; raise ProtocolError at the first fault."""
    if not printed.strip():
        raise ProtocolError("nothing was printed")
    try:
        return _Document.model_validate_json(printed).claims
    except ValidationError as error:
        raise ProtocolError(_first_fault(error)) from error


def _first_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in first["loc"]]
    message = first["msg"].removeprefix("Value error, ")
    if "stated" in place:  # of a union pydantic says only what is wrong for each member
        place = place[: place.index("stated") + 1]
        message = "it has to be a number of at least 0, or two of them for a range"
    return f"{'.'.join(place)}: {message}" if place else message
