"""The apps that are served beside a lesson's own: each a child process that never outlives us."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from tutor import display
from tutor.errors import TutorError
from tutor.listening import listen, url_of
from tutor.preparing import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.card import Companion
    from tutor.catalog import Catalog, Lesson
    from tutor.loading import Place

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 30.0
STOP_SECONDS = 3.0
TAIL_LINES = 15


@dataclass
class _Running:
    companion: Companion
    url: str
    log: Path
    process: subprocess.Popen[bytes]


@dataclass
class Companions:
    """The companions of one lesson: started together, watched, and stopped together."""

    lesson: Lesson
    catalog: Catalog
    place: Place
    failure: TutorError | None = None
    _running: list[_Running] = field(default_factory=list)
    _stopping: bool = False

    def start(self) -> None:
        """Start every companion whose variable the caller did not set, and set the variable.

        A variable that is set but empty names no address, so it counts as not set.
        """
        wanted = []
        for one in self.lesson.card.companions:
            if os.environ.get(one.variable):
                display.note(f"{one.variable} is set, so {one.name} is not started.")
            else:
                wanted.append(one)
        bound = [(one, listen("127.0.0.1", 0)) for one in wanted]
        # All addresses are known before the first starts, so that companions can call each other.
        for companion, listener in bound:
            os.environ[companion.variable] = url_of(listener)
        for companion, listener in bound:
            self._running.append(self._start(companion, listener))

    def _start(self, companion: Companion, listener: socket.socket) -> _Running:
        url = url_of(listener)
        log = self.catalog.state / "logs" / self.lesson.name / f"{companion.name}.log"
        make_folder(log.parent)
        log.write_bytes(b"")
        with log.open("ab") as file, listener:
            process = _spawn(self.lesson.folder, self.catalog.root, companion.app, listener, file)
        return _Running(companion, url, log, process)

    def wait_until_ready(self) -> None:
        """Return when every companion answers HTTP, and say where; TutorError when one does not."""
        for one in self._running:
            deadline = time.monotonic() + READY_SECONDS
            while not _answers(one.url):
                if one.process.poll() is not None:
                    raise self._ended(one)
                if time.monotonic() > deadline:
                    raise self._explained(
                        f"The companion {one.companion.name} does not answer.", one
                    )
                time.sleep(0.02)
            display.parts(
                f"Serving {one.companion.name} ({one.companion.app}) at {one.url}",
                f"log in {self.place.name_of(one.log)}",
            )

    def __bool__(self) -> bool:
        """Tell whether any companion was started."""
        return bool(self._running)

    def watch(self, stop: Callable[[], None]) -> None:
        """Call `stop` from another thread when a companion ends by itself; see `failure`."""
        for one in self._running:
            threading.Thread(target=self._watch, args=(one, stop), daemon=True).start()

    def _watch(self, one: _Running, stop: Callable[[], None]) -> None:
        one.process.wait()
        if not self._stopping:
            self.failure = self._ended(one)
            stop()

    def stop(self) -> None:
        """End every companion and all that it started: asked first, then made to."""
        self._stopping = True
        for one in self._running:
            _signal_group(one.process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for one in self._running:
            with suppress(subprocess.TimeoutExpired):
                one.process.wait(max(0.0, deadline - time.monotonic()))
            _signal_group(one.process, getattr(signal, "SIGKILL", signal.SIGTERM))
            one.process.wait()

    def _ended(self, one: _Running) -> TutorError:
        code = one.process.returncode
        name = one.companion.name
        what = f"The companion {name} of {self.lesson.name} ended with exit code {code}."
        return self._explained(what, one)

    def _explained(self, what: str, one: _Running) -> TutorError:
        lines = one.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        return TutorError(what, "\n".join([*lines, f"Its log is {self.place.name_of(one.log)}"]))


def _spawn(
    folder: Path, root: Path, app: str, listener: socket.socket, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a companion on `listener`; what it prints goes to `log`.

    Its standard input is a pipe that stays open as long as this process lives.
    """
    posix = os.name == "posix"
    address = f"fd:{listener.fileno()}" if posix else f"port:{listener.getsockname()[1]}"
    if not posix:
        listener.close()  # a number is all that can be passed on there
    return subprocess.Popen(
        [
            sys.executable,
            "-u",
            "-m",
            "tutor.companion_server",
            str(folder),
            str(root),
            app,
            address,
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        pass_fds=[listener.fileno()] if posix else [],
        start_new_session=posix,
    )


def _answers(url: str) -> bool:
    """Return whether an HTTP answer, of any status, comes from `url`."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=1.0)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal a companion and all that it started."""
    with suppress(ProcessLookupError, PermissionError):  # they are gone; macOS says the second
        if os.name == "posix":
            os.killpg(process.pid, number)
        else:
            process.terminate()
