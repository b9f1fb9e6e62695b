"""First run: have a virtual environment built from the lock, then start the command again in it.

Standard library only. It parses on Python 3.6, so that an old interpreter gets a sentence and not
a SyntaxError, and a later start imports nothing but `os` and `sys`.
"""
# pathlib would cost a later start more than all the rest of this file:
# ruff: noqa: PTH110, PTH112, PTH118, PTH120, PTH123, PTH208

import os
import sys

TYPE_CHECKING = False  # type checkers know the name; typing itself is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

    StrPath = str | os.PathLike[str]

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
GUARD = "TUTOR_ENVIRONMENT_READY"
OWNER = "made-by-tutor.txt"
STAMP = "tutor-stamp.txt"


def ensure() -> None:
    """Return when this interpreter has the packages; else build `.venv` and run the command there.

    Call it before any other import when `tutor_cli.py` runs as a script. When it cannot be done,
    it ends the process with a sentence on standard error: exit code 2 for an interpreter that is
    too old, 130 after Ctrl-C, else 1. With TUTOR_ENVIRONMENT_READY set it returns at once.
    """
    folder = os.path.join(ROOT, ".venv")
    lock = os.path.join(ROOT, "requirements.lock")
    if os.environ.pop(GUARD, None) or _is_ready(folder, lock):
        return
    if not (is_current(folder, lock) or _is_made_by_hand(folder)):
        _build_or_exit(folder, lock)
    _start_again(folder)


def prepare_environment(folder: "StrPath", lock: "StrPath", label: str) -> str:
    """Return the path of the Python in the environment `folder`, built from `lock` when need be.

    `label` says what it is for, as in "the notebooks". Progress goes to standard error. A second
    caller waits for the first. Raises TutorError when it cannot be built, and MisuseError when
    this interpreter is too old. After a KeyboardInterrupt the next call starts over.
    """
    folder, lock = os.path.realpath(folder), os.path.realpath(lock)
    if not is_current(folder, lock):
        _refuse_old_python()
        from pathlib import Path

        from tutor import installing

        installing.install(Path(folder), Path(lock), label)
    return python_of(folder)


def say(text: str) -> None:
    """Write one line of progress to standard error; standard output belongs to the command."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:  # nobody reads it any more, as after `| head -1`
        pass


def python_of(folder: "StrPath") -> str:
    """Return the path of the interpreter in the environment `folder`."""
    if sys.platform == "win32":
        return os.path.join(folder, "Scripts", "python.exe")
    return os.path.join(folder, "bin", "python")


def is_current(folder: "StrPath", lock: "StrPath") -> bool:
    """Tell whether `folder` was built to the end from this very lock, and can still run."""
    folder = os.path.realpath(folder)
    head, _, pinned = _read(os.path.join(folder, STAMP)).partition(b"\n")
    if not pinned or pinned != _read(lock) or not head.startswith(_place(folder)):
        return False
    if _is_running_in(folder) and head != stamp_head(folder):
        return False
    return os.access(python_of(folder), os.X_OK)


def stamp_head(folder: "StrPath") -> bytes:
    """Return a stamp's first line; the lock follows it.

    It changes when the folder is moved, and when the base Python is replaced by another version.
    """
    return _place(folder) + f"{sys.version_info[0]}.{sys.version_info[1]}".encode()


def _place(folder: "StrPath") -> bytes:
    return os.fsencode(f"# {folder} | {os.path.realpath(python_of(folder))} | ")


def _read(path: "StrPath") -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _is_running_in(folder: str) -> bool:
    prefix = os.path.normcase(os.path.realpath(sys.prefix))
    return prefix == os.path.normcase(os.path.realpath(folder))


def _is_ready(folder: str, lock: str) -> bool:
    if _is_running_in(folder) and os.path.exists(os.path.join(folder, OWNER)):
        return is_current(folder, lock)
    return _has_workbook(sys.path)


def _is_made_by_hand(folder: str) -> bool:
    """Tell whether a person made this environment, and installed the workbook in it."""
    if os.path.exists(os.path.join(folder, OWNER)) or not os.access(python_of(folder), os.X_OK):
        return False
    library = os.path.join(folder, "lib")
    versions = os.listdir(library) if os.path.isdir(library) else []
    places = [os.path.join(library, version, "site-packages") for version in versions]
    return _has_workbook([*places, os.path.join(folder, "Lib", "site-packages")])


def _has_workbook(places: "Iterable[str]") -> bool:
    """Tell whether one of these folders of packages has this project's distribution.

    Its name is not enough, as another project has the same one. And only `dist-info` counts: a
    build leaves a `tutor.egg-info` in the checkout, where every interpreter finds it.
    """
    for place in places:
        try:
            names = os.listdir(place or os.curdir)
        except OSError:
            continue
        ours = [name for name in names if name.startswith("tutor-") and name.endswith("dist-info")]
        scripts = [os.path.join(place, name, "entry_points.txt") for name in ours]
        if any(b"tutor_cli" in _read(path) for path in scripts):
            return True
    return False


def _build_or_exit(folder: str, lock: str) -> None:
    from tutor.errors import TutorError

    try:
        prepare_environment(folder, lock, "the workbook")
    except TutorError as error:
        say("Error: " + error.what)
        say(error.way_out)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say("Stopped. Run the same command again: what was downloaded is not lost.")
        sys.exit(130)


def _start_again(folder: str) -> "NoReturn":
    python = python_of(folder)
    arguments = getattr(sys, "orig_argv", [sys.executable, *sys.argv])[1:]
    environment = {**os.environ, GUARD: "1", "VIRTUAL_ENV": folder}
    for name in ("PYTHONHOME", "__PYVENV_LAUNCHER__"):  # they would point back at the old Python
        environment.pop(name, None)
    if sys.platform != "win32":
        os.execve(python, [python, *arguments], environment)  # noqa: S606 # a shell has no part in it
    import subprocess

    process = subprocess.Popen([python, *arguments], env=environment)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:  # the command got it as well, and it decides
            continue


def _refuse_old_python() -> None:
    if sys.version_info >= (3, 11):  # noqa: UP036 # this is what tells old ones
        return
    from tutor.errors import MisuseError

    newer = _newer_python()
    advice = "Run: " if newer else "Install a newer one from python.org or your system, then run: "
    raise MisuseError(
        "This is Python {}.{}; the workbook needs 3.11 or newer.".format(*sys.version_info),
        advice + " ".join([newer or "python3.12", *sys.argv]),
    )


def _newer_python() -> str:
    """Return the command of a Python that is new enough and really starts, or nothing."""
    import subprocess

    launcher = "py -3.{}" if sys.platform == "win32" else "python3.{}"
    for command in [launcher.format(minor) for minor in (13, 12, 11)]:
        try:
            subprocess.check_output([*command.split(), "-c", ""], stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            continue
        return command
    return ""
