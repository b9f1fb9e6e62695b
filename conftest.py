"""Keep pytest, when it is started at the root, from mixing the lessons.

Two lessons may both have a package `app`: in one process, the second would test the first.
`pytest stages/02_validation` alone takes that lesson's own settings and never reads this file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent


def pytest_plugin_registered(plugin: object) -> None:
    """Stop when the arguments name lessons, before their own `conftest.py` files are imported."""
    if isinstance(plugin, pytest.Config):
        _refuse_lessons(plugin, plugin.known_args_namespace.file_or_dir)


def pytest_configure(config: pytest.Config) -> None:
    """Stop when the folder that pytest was started in holds lessons."""
    if config.args_source is not config.ArgsSource.TESTPATHS:
        _refuse_lessons(config, config.args)


def _refuse_lessons(config: pytest.Config, arguments: Iterable[str]) -> None:
    """Raise a UsageError that names the command to test the lessons that the arguments hold."""
    start = config.invocation_params.dir
    places = [(start / argument.partition("::")[0]).resolve() for argument in arguments]
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
