"""Run a lesson's `claims.py`: what is said in numbers, measured on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from tutor.claims import ProtocolError, read_claims
from tutor.errors import MisuseError, TutorError
from tutor.machine import disturbance, time_pieces
from tutor.strays import ending_strays
from tutor.verdicts import Judgement, judge
from tutor.workers import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from tutor.catalog import Catalog, Lesson

CLAIMS = "claims.py"
ROUNDS = 7
ALL = "all"
TIME_LIMIT = 600.0
"""Seconds that a lesson's `claims.py` may take."""
LARGEST = 10_000_000
"""Bytes that it may print."""
STOP_SECONDS = 5.0
"""How long it may take to stop what it started, when it is asked to end."""
_TAIL = 12
_LONGEST_LINE = 2000
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Measurement:
    """What came of a lesson's claims; `disturbed` says what made the machine an unquiet one."""

    lesson: Lesson
    judgements: tuple[Judgement, ...]
    seconds: float
    disturbed: str | None


def lessons_to_measure(wanted: Sequence[str], catalog: Catalog) -> list[Lesson]:
    """Return the lessons that the words name, each once; `all` names each that has claims.

    Raises MisuseError for a word that names no lesson, and a lesson that claims nothing.
    """
    claiming = [lesson for lesson in catalog.lessons if (lesson.folder / CLAIMS).is_file()]
    if ALL in wanted:
        chosen = claiming
    else:
        chosen = list(dict.fromkeys(catalog.find(word) for word in wanted))
    names = ", ".join(lesson.name for lesson in claiming)
    way_out = f"These lessons have one: {names}." if claiming else "No lesson has one yet."
    for lesson in chosen:
        if lesson not in claiming:
            raise MisuseError(f"{lesson.name} has no {CLAIMS}: it claims nothing.", way_out)
    if not chosen:
        raise MisuseError(f"There is no lesson with a {CLAIMS}.", way_out)
    return chosen


def measure(
    lesson: Lesson,
    *,
    rounds: int = ROUNDS,
    time_limit: float = TIME_LIMIT,
    on_line: Callable[[str], None] = lambda _: None,
) -> Measurement:
    """Run the lesson's `claims.py` with this Python, and judge what it has measured.

    `on_line` is called, in another thread, with each line that it prints on standard error.
    Whatever happens, nothing that it started is left. Raises TutorError when it fails, takes more
    than `time_limit` seconds, or prints something that is not in the protocol's form.
    """
    before = time_pieces()
    began = time.monotonic()
    printed = _run(lesson, rounds, time_limit, on_line)
    seconds = time.monotonic() - began
    disturbed = disturbance(before, time_pieces())
    try:
        claims = read_claims(printed)
    except ProtocolError as error:
        raise TutorError(
            f"{lesson.name}: what {CLAIMS} prints is not in the form of docs/claims.md: {error}.",
            f"See it: cd {lesson.path} && python {CLAIMS}",
        ) from error
    return Measurement(lesson, tuple(map(judge, claims)), seconds, disturbed)


def _run(lesson: Lesson, rounds: int, time_limit: float, on_line: Callable[[str], None]) -> bytes:
    """Return what `claims.py` printed on standard output."""
    with TemporaryFile() as output, ending_strays(), _signals_as_interrupts():
        running = _Running.start(lesson, rounds, output, on_line)
        try:
            running.follow(time_limit)
        except BaseException:
            running.ask_to_end()
            raise
        finally:
            running.kill()
        output.seek(0)
        return output.read()


@contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """Let the other signals that end a program do what Ctrl-C does, for as long as the block."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@dataclass
class _Running:
    """A `claims.py` in a session of its own: Ctrl-C is for us, who then end all of it."""

    lesson: Lesson
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    on_line: Callable[[str], None]
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL))
    silenced: bool = False
    reader: threading.Thread = field(init=False)

    @classmethod
    def start(
        cls, lesson: Lesson, rounds: int, output: IO[bytes], on_line: Callable[[str], None]
    ) -> _Running:
        """Start it, with what it prints on standard output going to the file `output`."""
        process = subprocess.Popen(
            [sys.executable, CLAIMS],
            cwd=lesson.folder,
            env=_environment(rounds),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
        )
        return cls(lesson, process, output, on_line)

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        if self.process.stderr is None:
            return
        with self.process.stderr as errors:
            while line := errors.readline(_LONGEST_LINE):
                if self.silenced:
                    continue
                text = clean(line.decode(errors="replace").rstrip())
                self.tail.append(text)
                self.on_line(text)

    def follow(self, time_limit: float) -> None:
        """Wait for its end; raise TutorError when it fails, takes too long or prints too much."""
        deadline = time.monotonic() + time_limit
        while True:
            with suppress(subprocess.TimeoutExpired):
                status = self.process.wait(_LOOK_SECONDS)
                break
            if time.monotonic() > deadline:
                raise self._failure(f"is not done after {time_limit:g} s, and was stopped")
            if os.fstat(self.output.fileno()).st_size > LARGEST:
                raise self._failure("prints far too much, and was stopped")
        if status:
            self.kill()  # what it left may still hold the pipe that is read to its end
            killed = f"was killed by {signal.Signals(-status).name}" if status < 0 else ""
            raise self._failure(killed or f"failed with exit status {status}")

    def _failure(self, what: str) -> TutorError:
        self.reader.join(1)
        return TutorError(f"{self.lesson.name}: {CLAIMS} {what}.", "\n".join(self.tail).strip())

    def ask_to_end(self) -> None:
        """Interrupt it as Ctrl-C would, and give it time to stop what it started.

        What it says from then on is of no use: tracebacks of the interrupt.
        """
        self.silenced = True
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """End it and its group."""
        with suppress(ProcessLookupError, PermissionError):  # they are gone; macOS says the second
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()
        self.reader.join(1)


def _environment(rounds: int) -> dict[str, str]:
    """Return the caller's environment, fit for measuring."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # Without bytecode every process compiles all that it imports, and each start looks too slow.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {"CLAIMS_ROUNDS": str(rounds), "PYTHONUTF8": "1"}
