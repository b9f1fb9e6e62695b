"""Where settings come from beside the environment: the file ENV_FILE names, and secret files."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream
from pydantic import ValidationError


class SourceError(Exception):
    """A variable names a file that is of no use, or is not the one that was meant."""


def read_files(settings: Iterable[str]) -> dict[str, str]:
    """Return the settings that files hold; the environment goes before ENV_FILE.

    SECRET_KEY may be the text of the file that SECRET_KEY_FILE names; so may every setting. Raises
    SourceError, which names the variable and repeats no value.
    """
    names = [each.upper() for each in settings]
    known = {*names, *map("{}_FILE".format, names)}
    variables = read_environment({*known, "ENV_FILE"})
    refuse_misspelt("ENVIRONMENT", variables)
    refuse_misspelt("ENV_FILE", variables)
    listed = read_env_file(variables, known)
    given = listed | variables
    found = {name: listed[name] for name in names if name in listed and name not in variables}
    for name in names:
        if f"{name}_FILE" in given:
            if name in given:
                raise SourceError(f"{name}_FILE: {name} is set, too")
            found[name] = read_secret(f"{name}_FILE", given[f"{name}_FILE"])
    return {name.lower(): value for name, value in found.items()}


def read_environment(known: set[str]) -> dict[str, str]:
    """Return the environment, its names in capitals: pydantic-settings takes `debug` as DEBUG."""
    variables: dict[str, str] = {}
    for name, value in os.environ.items():
        if name.upper() in known and name.upper() in variables:
            raise SourceError(f"{name.upper()}: it is set in small letters, too")
        variables[name.upper()] = value
    return variables


def refuse_misspelt(name: str, variables: Iterable[str]) -> None:
    """Raise SourceError when a variable looks like `name`, which all else depends on."""
    if name not in variables:
        for near in get_close_matches(name, variables, n=1, cutoff=0.9):
            raise SourceError(f"{near}: this is not a setting, but {name} is")


def read_env_file(variables: dict[str, str], known: set[str]) -> dict[str, str]:
    """Return what the file that ENV_FILE names says; each of its lines has to be a setting."""
    if "ENV_FILE" not in variables:
        return {}
    found = {}
    for line in parse_stream(StringIO(read_text("ENV_FILE", variables["ENV_FILE"]))):
        if line.error or (line.key and line.value is None):
            raise SourceError(f"ENV_FILE: line {line.original.line} is not NAME=value")
        if line.key and line.key not in known:
            raise SourceError(f"ENV_FILE: line {line.original.line} is not a setting")
        if line.key:
            found[line.key] = line.value or ""
    return found


def read_secret(variable: str, path: str) -> str:
    """Return the text of a file that holds one setting."""
    text = read_text(variable, path)
    if not text.strip():
        raise SourceError(f"{variable}: the file is empty")
    return text.removesuffix("\n")  # Most editors, and `echo`, end a file with one.


def read_text(variable: str, path: str) -> str:
    """Return the text of a file; raise SourceError naming the variable that names the file."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise SourceError(f"{variable}: the file cannot be read") from None


def explain(error: ValidationError) -> list[str]:
    """Return what is wrong with which variable, without the values: one may be secret."""
    rules = [(each["loc"], each["msg"].removeprefix("Value error, ")) for each in error.errors()]
    return [f"{str(place[0]).upper()}: {rule}" if place else rule for place, rule in rules]
