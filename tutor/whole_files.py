"""Write a file whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tutor.errors import TutorError

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(text: str, path: Path, *, such_as: str) -> None:
    """Write `text` to `path` in place of what is there, whole or not at all.

    Raises TutorError when it cannot be written; the way out names a file `such_as` this.
    """
    target = path.resolve()
    if target.exists() and not (target.is_file() or target.is_dir()):
        # Such as a device, in whose place the file must not be put.
        raise TutorError(f"{path} is not a file to write to.", f"Name a file, such as {such_as}.")
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        beside.replace(target)
    except OSError as error:
        raise TutorError(
            f"{path} cannot be written: {error.strerror}.", "Name a file in a folder of yours."
        ) from error
    finally:
        _remove(beside)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # it could not even be made
