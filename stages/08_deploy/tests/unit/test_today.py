"""The day, with a clock that the test sets: it begins at midnight in UTC, for everybody."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from app.crud.task import today

MIDNIGHT = datetime(2027, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC), date(2027, 1, 31)),
        (MIDNIGHT, date(2027, 2, 1)),
    ],
)
def test_the_day_begins_at_midnight_in_utc(moment: datetime, day: date) -> None:
    with time_machine.travel(moment, tick=False):
        assert today() == day


@pytest.mark.parametrize("place", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_clock_on_the_wall_does_not_matter(place: str) -> None:
    with time_machine.travel(MIDNIGHT.astimezone(ZoneInfo(place)), tick=False):
        assert today() == date(2027, 2, 1)
