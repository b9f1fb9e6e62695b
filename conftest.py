"""Keep pytest, when it is started at the root, from mixing the lessons.

Two lessons may both have a package `app`: in one process, the second would test the first.
`pytest stages/02_validation` alone takes that lesson's own settings and never reads this file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent


def pytest_configure(config: pytest.Config) -> None:
    """Stop when what to test holds lessons, and name the command that tests them."""
    if config.args_source is config.ArgsSource.TESTPATHS:
        return
    start = config.invocation_params.dir
    places = [(start / argument.partition("::")[0]).resolve() for argument in config.args]
    named = [lesson for lesson in _lessons() if any(_touches(lesson, place) for place in places)]
    if named:
        numbers = " ".join(lesson.name[:2] for lesson in named)
        sentence = "Each lesson takes a pytest of its own; test them with: tutor_cli test"
        raise pytest.UsageError(f"{sentence} {numbers}")


def _lessons() -> list[Path]:
    groups = [ROOT / "stages", ROOT / "examples"]
    found = (card.parent for group in groups for card in group.glob("*/lesson.toml"))
    return sorted(found, key=lambda folder: folder.name)


def _touches(lesson: Path, place: Path) -> bool:
    return place.is_relative_to(lesson) or lesson.is_relative_to(place)
