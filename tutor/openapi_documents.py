"""Ask the apps of lessons for their OpenAPI documents, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tutor.catalog import ROOT
from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.catalog import Catalog, Lesson

PATIENCE = 20.0
"""Seconds that an app may take to be imported and to describe itself."""


class Documents:
    """The documents of several lessons, asked for at once when the block is entered.

    At its end no process is left, whether its answer was waited for or not.
    """

    def __init__(
        self, lessons: Sequence[Lesson], catalog: Catalog, *, patience: float = PATIENCE
    ) -> None:
        self.lessons = lessons
        self.patience = patience
        self.root = catalog.root
        self._deadline = 0.0
        self._processes: dict[Lesson, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._deadline = time.monotonic() + self.patience
        for lesson in self.lessons:
            if lesson not in self._processes:
                self._processes[lesson] = _start(lesson, self.root)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            _end(process)

    def of(self, lesson: Lesson) -> dict[str, Any]:
        """Return a lesson's OpenAPI document.

        Raises TutorError when its app cannot be imported (with file and line), does not answer
        in time, or has no such document.
        """
        process = self._processes[lesson]
        try:
            answer, said = process.communicate(timeout=max(0.1, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TutorError(
                f"The app of {lesson.name} was not imported within {self.patience:g} seconds.",
                "Look for something at the top of a module that waits or never ends.",
            ) from None
        try:
            told = json.loads(answer)
        except ValueError:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            raise TutorError(
                f"The app of {lesson.name} ended the process that imported it "
                f"({process.returncode}).",
                "".join(last),
            ) from None
        if "what" in told:
            raise TutorError(told["what"], told["way_out"])
        document: dict[str, Any] = told["document"]
        return document


def _start(lesson: Lesson, root: Path) -> subprocess.Popen[bytes]:
    here = [str(root.absolute()), lesson.path, str(Path.cwd())]
    return subprocess.Popen(
        [sys.executable, "-m", "tutor.openapi_worker", *here],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=os.name == "posix",
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.communicate()
