"""Build a virtual environment from a hashed lock: with progress, one at a time, safe to interrupt.

Standard library only, as it runs before any package is there.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shlex
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tutor.bootstrap import OWNER, ROOT, STAMP, is_current, python_of, say, stamp_head
from tutor.errors import TutorError
from tutor.installer_process import PATIENCE, Installer, InstallerError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG = "tutor-install.log"
OFFLINE = re.compile(r"Retrying \(|Could not fetch URL")


def install(folder: Path, lock: Path, label: str) -> None:
    """Build the environment `folder` from `lock` for `label`, unless another process just did.

    Both are absolute paths. Raises TutorError with the way out when it cannot be done.
    """
    if not lock.is_file():
        raise TutorError(f"{lock} is missing.", "Run the command from a full copy of the workbook.")
    try:
        with _ended_by_signals(), _alone(folder) as turn:
            if not is_current(folder, lock):
                _claim(folder)
                _build(folder, lock, label, turn)
    except OSError as error:
        raise TutorError(
            f"{error.filename or folder} cannot be written: {error.strerror}.",
            "Copy the workbook to a folder of your own that has room, and run the command there.",
        ) from error


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a termination unwind the stack, so that the installer's process ends too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)

    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = [(number, signal.signal(number, end)) for number in ends]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Wait until no other process builds `folder`; yield the descriptor that holds the turn."""
    path = Path(ROOT, ".tutor", folder.name.lstrip(".") + ".lock")
    path.parent.mkdir(exist_ok=True)
    turn = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        next_line = time.monotonic()
        while not _take(turn):
            if time.monotonic() >= next_line:
                say(f"Another command is building {_short(folder)}; waiting for it.")
                next_line = time.monotonic() + 2 * PATIENCE
            time.sleep(0.05)
        yield turn
    finally:
        os.close(turn)


def _take(turn: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(turn, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # flock, unlike lockf, is held by the installer's process too: should this one be
            # killed, the next waits until its installer has ended.
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _short(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _claim(folder: Path) -> None:
    """Make `folder` ours and empty. One without our mark is a person's: never touch it."""
    mark = folder / OWNER
    if not mark.exists() and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        short = _short(folder)
        raise TutorError(
            f"{short} is there, but tutor did not make it, and it lacks the workbook.",
            f"Rename {short} and run the command again; "
            f"or install into it: {_short(Path(python_of(folder)))} -m pip install -e .",
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("tutor made this folder and may empty it: keep nothing of yours in it.\n")
    _empty(folder)


def _empty(folder: Path) -> None:
    """Delete all but the mark, the stamp first: what is left is known as ours and unfinished."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name != STAMP):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != OWNER:
            path.unlink()


def _build(folder: Path, lock: Path, label: str, turn: int) -> None:
    started = time.monotonic()
    pinned = lock.read_bytes()
    version = "{}.{}".format(*sys.version_info)
    say(f"Setting up {label} in {_short(folder)} (Python {version}), just once.")
    installer = Installer(folder, turn, len(re.findall(rb"(?m)^[^\s#][^=\n]*==", pinned)))
    uv = shutil.which("uv")
    if not (uv and _use_uv(installer, uv, lock)):
        _use_pip(installer, lock)
    if folder == Path(ROOT, ".venv"):
        _write_launcher(folder)
    unfinished = folder / (STAMP + ".new")
    unfinished.write_bytes(stamp_head(folder) + b"\n" + pinned)
    unfinished.replace(folder / STAMP)
    say(f"Ready after {time.monotonic() - started:.0f} s.")


def _write_launcher(folder: Path) -> None:
    """Put `tutor_cli` beside the environment's Python, for whoever activates the environment."""
    python, command = python_of(folder), str(Path(ROOT, "tutor_cli.py"))
    if sys.platform == "win32":
        Path(python).with_name("tutor_cli.bat").write_text(f'@"{python}" "{command}" %*\n')
        return
    launcher = Path(python).with_name("tutor_cli")
    launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(python)} {shlex.quote(command)} "$@"\n')
    launcher.chmod(0o755)


def _use_uv(installer: Installer, uv: str, lock: Path) -> bool:
    """Return whether uv did it. It does not read pip's settings, so pip may do what uv cannot."""
    folder, python = str(installer.folder), python_of(installer.folder)
    make = [uv, "venv", "--no-project", "--allow-existing", "--seed", "--python", _base(), folder]
    fill = [uv, "pip", "install", "--compile-bytecode", "--require-hashes", "--python", python]
    try:
        installer.run("Creating the environment with uv", make)
        installer.run("Installing the packages with uv", [*fill, "-r", str(lock)])
    except InstallerError as error:
        say(f"uv could not do it ({_reason(str(error))}). Trying venv and pip.")
        _empty(installer.folder)
        return False
    return True


def _use_pip(installer: Installer, lock: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        package = "python{}.{}-venv".format(*sys.version_info)
        raise TutorError(
            "This Python cannot make environments: its module ensurepip is missing.",
            f"On Debian or Ubuntu: sudo apt install {package}. Elsewhere: install uv.",
        )
    make = [_base(), "-I", "-m", "venv", str(installer.folder)]
    fill = [python_of(installer.folder), "-I", "-u", "-m", "pip", "install", "--no-user"]
    fill += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    fill += ["--retries", "1", "--require-hashes", "-r", str(lock)]
    try:
        installer.run("Creating the environment", make)
        installer.run("Installing the packages with pip", fill)
    except InstallerError as error:
        log = installer.folder / LOG
        log.write_text(str(error), encoding="utf-8")
        raise _explained(str(error), _short(lock), _short(log)) from error


def _base() -> str:
    """Return the Python below any environment: one of ours may be about to be emptied."""
    return getattr(sys, "_base_executable", "") or sys.executable


def _reason(output: str) -> str:
    """Return the line of an installer's output that says most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["it said nothing"])[-1]


def _explained(output: str, lock: Path, log: Path) -> TutorError:
    if "DO NOT MATCH THE HASHES" in output:
        return TutorError(
            f"A package is not the one that {lock} names: its hash differs. It was not installed.",
            f"Run the command again; if it stays so, ask whoever runs your mirror. Details: {log}",
        )
    if OFFLINE.search(output):
        return TutorError(
            "The packages could not be downloaded: no package index could be reached.",
            "Connect to the internet, or set your proxy (HTTPS_PROXY) or mirror (PIP_INDEX_URL), "
            f"then run the command again. Details: {log}",
        )
    return TutorError(
        f"The packages could not be installed: {_reason(output)}",
        f"Put that right and run the command again. Details: {log}",
    )
