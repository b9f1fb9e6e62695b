"""Secrets from files: `SECRET_KEY_FILE` names the file that holds what `SECRET_KEY` would."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class SecretFileError(Exception):
    """A variable that names a file is of no use."""


def read_secret_files(names: Iterable[str]) -> dict[str, Any]:
    """Return those settings that are in a file; raise SecretFileError naming a bad variable."""
    found = {}
    for name in names:
        variable = f"{name}_FILE".upper()
        if variable in os.environ:
            if name.upper() in os.environ:
                raise SecretFileError(f"{variable}: {name.upper()} is set, too")
            found[name] = read_secret(variable)
    return found


def read_secret(variable: str) -> str:
    """Return the text of the file that a variable names, never repeating any of it."""
    try:
        text = Path(os.environ[variable]).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SecretFileError(f"{variable}: the file cannot be read") from None
    if not text.strip():
        raise SecretFileError(f"{variable}: the file is empty")
    return text.removesuffix("\n")  # Most editors, and `echo`, end a file with one.
