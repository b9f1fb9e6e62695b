"""Processes that outlive whoever started them: on Linux they can be found and ended."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PDEATHSIG, _CHILD_SUBREAPER = 1, 36  # options of Linux's prctl(2)


def die_with_parent() -> None:
    """Have this process killed when its parent ends (Linux; nothing happens elsewhere)."""
    _control(_PDEATHSIG, signal.SIGKILL)


def adopt_strays() -> None:
    """Become the parent of every descendant whose parent ends (Linux; nothing elsewhere)."""
    _control(_CHILD_SUBREAPER, 1)


@contextmanager
def ending_strays() -> Iterator[None]:
    """End, with the block, every process that was started in it (Linux; nothing elsewhere)."""
    before = _children()
    adopt_strays()
    try:
        yield
    finally:
        end_children(keep=before)
        _control(_CHILD_SUBREAPER, 0)


def _control(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_children(keep: Collection[int] = ()) -> None:
    """End this process's children, but for those in `keep` (Linux; nothing happens elsewhere).

    A process that was adopted is among them, also one in a session of its own; killing it may
    bring its children here, hence the loop.
    """
    while left := _children().difference(keep):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):  # who started it has waited for it meanwhile
                os.waitpid(pid, 0)


def _children() -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            parent = entry.read_text(errors="replace").rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.add(int(entry.parent.name))
    return found
