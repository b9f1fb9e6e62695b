"""What a lesson's card asks for before it is served: variables, a secret key, commands."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tutor import display
from tutor.errors import TutorError

if TYPE_CHECKING:
    from tutor.catalog import Catalog, Lesson


def set_environment(lesson: Lesson, catalog: Catalog) -> None:
    """Set the variables of the card's `run.environment` that the caller did not set."""
    for name, value in lesson.card.run.environment.items():
        if name not in os.environ:
            os.environ[name] = _filled(value, lesson, catalog)


def _filled(value: str, lesson: Lesson, catalog: Catalog) -> str:
    if "{state}" in value:
        value = value.replace("{state}", state_folder(lesson, catalog).as_posix())
    if "{secret_key}" in value:
        value = value.replace("{secret_key}", secret_key(lesson, catalog))
    return value


def state_folder(lesson: Lesson, catalog: Catalog) -> Path:
    """Return the folder for what the lesson keeps from one run to the next; make it if need be."""
    folder = catalog.state / lesson.name
    make_folder(folder)
    return folder


def make_folder(folder: Path) -> None:
    """Make `folder` below `.tutor/`; raise TutorError where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TutorError(
            f"{folder} cannot be made: {error.strerror}.", "Use a checkout that you can write to."
        ) from error


def secret_key(lesson: Lesson, catalog: Catalog) -> str:
    """Return the lesson's key: 48 random bytes as 64 characters, made once, for the owner only."""
    path = catalog.state / "keys" / lesson.name
    make_folder(path.parent)
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def _write_once(path: Path, text: str) -> None:
    """Write `text` to `path` whole, unless another process was first; readable by the owner."""
    number, name = tempfile.mkstemp(dir=path.parent)  # made with mode 0600
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(text)
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links, such as a memory stick's
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def run_before(lesson: Lesson) -> None:
    """Run the card's `run.before` commands in the lesson's folder, as `python -m module …`.

    Raises TutorError with the command's output when one fails.
    """
    for command in lesson.card.run.before:
        shown = " ".join(("python -m", *command))
        display.note(f"Running {shown}")
        done = subprocess.run(
            [sys.executable, "-B", "-m", *command],  # -B: no bytecode into the lesson's folder
            cwd=lesson.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise TutorError(
                f"{shown} failed with exit code {done.returncode}, so {lesson.name} is not served.",
                done.stdout.rstrip(),
            )
