"""The count of wrong logins by itself, with a clock that is set by hand."""

import tracemalloc
from collections.abc import Iterator
from importlib import import_module
from typing import Protocol

import pytest
from fastapi import HTTPException


class LoginThrottle(Protocol):
    """What the app's own class has to have."""

    def check(self, username: str, address: str) -> None:
        """Refuse a name that is closed."""

    def failed(self, username: str, address: str) -> None:
        """Count a wrong login."""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock to set by hand."""
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> LoginThrottle:
    """Make a `LoginThrottle` with this clock."""
    made: LoginThrottle = import_module("app.throttle").LoginThrottle(clock)
    return made


def seconds_to_wait(throttle: LoginThrottle, name: str = "testuser") -> int:
    """Return what `Retry-After` says, 0 when the name is open."""
    try:
        throttle.check(name, "192.0.2.1")
    except HTTPException as refused:
        return int((refused.headers or {})["Retry-After"])
    return 0


def test_a_name_opens_five_minutes_after_the_first_of_ten(
    throttle: LoginThrottle, clock: Clock
) -> None:
    for _ in range(10):
        assert seconds_to_wait(throttle) == 0
        throttle.failed("testuser", "192.0.2.1")
        clock.now += 20

    waits = []
    for moment in (1200.0, 1299.0, 1299.9, 1300.0):
        clock.now = moment
        waits.append(seconds_to_wait(throttle))
    assert waits == [100, 1, 1, 0]

    throttle.failed("testuser", "192.0.2.1")
    assert seconds_to_wait(throttle) == 20


def test_wrong_logins_long_ago_do_not_count(throttle: LoginThrottle, clock: Clock) -> None:
    for _ in range(30):
        throttle.failed("testuser", "192.0.2.1")
        clock.now += 34

    assert seconds_to_wait(throttle) == 0


@pytest.fixture
def memory() -> Iterator[None]:
    """Count the memory that is taken from now on."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("memory")
def test_names_without_end_do_not_fill_the_memory(throttle: LoginThrottle) -> None:
    sizes = []
    for number in range(30_000):
        throttle.failed(f"{number:06}" + "x" * 10_000, "192.0.2.1")
        if number % 10_000 == 9_999:
            sizes.append(tracemalloc.get_traced_memory()[0])

    assert sizes[-1] < 30_000_000, "More than 30 MB"
    assert sizes[-1] < 1.1 * sizes[0]


@pytest.mark.usefixtures("memory")
def test_names_are_forgotten_after_their_time(throttle: LoginThrottle, clock: Clock) -> None:
    for number in range(9_000):
        throttle.failed(str(number), "192.0.2.1")
    full = tracemalloc.get_traced_memory()[0]

    clock.now += 301
    throttle.failed("testuser", "192.0.2.1")

    assert tracemalloc.get_traced_memory()[0] < full / 2


def test_the_names_that_make_room_failed_longest_ago(throttle: LoginThrottle) -> None:
    for name in [*["early"] * 9, *["late"] * 10, "early"]:
        throttle.failed(name, "192.0.2.1")
    for number in range(9_999):
        throttle.failed(str(number), "192.0.2.1")

    assert seconds_to_wait(throttle, "late") == 0
    assert seconds_to_wait(throttle, "early") == 300
