"""A cursor holds an ID and nothing else; whatever fits its pattern can be read."""

import re

from hypothesis import given
from hypothesis import strategies as st

from app.schemas.pages import CURSOR, make_cursor, read_cursor

LARGEST = 2**63 - 1


@given(st.integers(0, LARGEST))
def test_what_is_made_can_be_read_and_fits_the_pattern(last: int) -> None:
    cursor = make_cursor(last)

    assert read_cursor(cursor) == last
    assert re.fullmatch(CURSOR, cursor)


@given(st.from_regex(CURSOR, fullmatch=True))
def test_what_fits_the_pattern_was_made(cursor: str) -> None:
    assert 0 <= read_cursor(cursor) <= LARGEST
    assert make_cursor(read_cursor(cursor)) == cursor


def test_the_first_page_has_no_cursor() -> None:
    assert read_cursor("") == 0
