"""What a `pip install` line of a README asks for, and whether it is installed already."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def unmet(arguments: list[str], folder: Path) -> list[str]:
    """Return why `pip install` with these arguments, in `folder`, would have to fetch something."""
    return [problem for line in _requirements(arguments, folder) for problem in _missing(line)]


def _requirements(arguments: list[str], folder: Path) -> Iterator[str]:
    rest = iter(arguments)
    for argument in rest:
        if argument in ("-r", "--requirement"):
            yield from _of_file(folder / next(rest, ""))
        elif argument == "--group":
            yield from _project(folder)["dependency-groups"][next(rest, "")]
        elif argument == ".":
            yield from _project(folder)["project"]["dependencies"]
        elif not argument.startswith("-"):
            yield argument


def _of_file(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        requirement = line.split("#")[0].split("--hash")[0].strip()
        if requirement:
            # A lock's versions are the installer's matter: CI also runs with newer ones.
            name, _, marker = requirement.partition(";")
            yield f"{name.split('==')[0].strip()}; {marker}" if marker else name.split("==")[0]


def _project(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def _missing(line: str, extra: str = "") -> list[str]:
    try:
        wanted = Requirement(line)
    except InvalidRequirement:
        return [f"{line!r} is nothing that pip can install."]
    if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
        return []
    try:
        found = distribution(wanted.name)
    except PackageNotFoundError:
        return [f"{wanted.name} is not installed."]
    if not wanted.specifier.contains(found.version, prereleases=True):
        return [f"{wanted.name} {found.version} is installed, not {wanted.specifier}."]
    needed = found.requires or [] if wanted.extras else []
    return [
        problem
        for extra in wanted.extras
        for line in needed
        if "extra" in line
        for problem in _missing(line, extra)
    ]
