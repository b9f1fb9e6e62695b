"""Look at this machine: what it has, what a missing part would enable, how to get that part."""

from __future__ import annotations

import json
import platform
import shutil
import socket
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from tutor import notebooks
from tutor.errors import TutorError
from tutor.parts import PARTS, look

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.catalog import Catalog
    from tutor.parts import Part, State

ENOUGH_MEGABYTES = 1000
PORTS = {
    8000: "tutor_cli run on its usual port",
    8001: "a companion app by hand, as in stage 04",
}
_LISTENING = "0A"


@dataclass(frozen=True)
class Finding:
    """What was found out about one part of the machine.

    `enables` names what the part is for, `get` the way to have it; `required` says whether the
    workbook fails without it.
    """

    name: str
    state: State
    required: bool
    detail: str
    enables: str
    get: str


def examine(catalog: Catalog) -> list[Finding]:
    """Return a finding for each part of this machine that the workbook uses; never raise.

    The parts that are programs are asked at once, each for at most ANSWER_SECONDS.
    """
    with ThreadPoolExecutor(len(PARTS)) as pool:
        # All of them, before the ports: a child that is just starting holds its parent's sockets.
        parts = list(pool.map(_part, PARTS))
    return [
        _interpreter(catalog.root),
        _packages(catalog.root / "requirements.lock"),
        _writable(catalog.state),
        _disk(catalog.root),
        *(_port(number, use) for number, use in PORTS.items()),
        _notebooks(catalog),
        *parts,
        *_programs(catalog),
    ]


def healthy(findings: Iterable[Finding]) -> bool:
    """Tell whether every required part is as it should be."""
    return all(finding.state == "ok" for finding in findings if finding.required)


def as_json(findings: Iterable[Finding]) -> str:
    """Return the findings as a JSON list of objects with the fields of Finding."""
    return json.dumps([asdict(finding) for finding in findings], indent=2)


def _interpreter(root: Path) -> Finding:
    inside = Path(sys.prefix)
    if sys.prefix == sys.base_prefix:
        where = "outside any virtual environment"
    else:
        where = f"in {inside.relative_to(root) if inside.is_relative_to(root) else inside}"
    detail = f"{platform.python_version()}, {where}: {sys.executable}"
    return Finding("Python", "ok", True, detail, "everything", "Python 3.11 or newer")


def _packages(lock: Path) -> Finding:
    get = "pip install -r requirements.lock, in a virtual environment"
    try:
        pins = list(_pins(lock.read_text(encoding="utf-8")))
        if not pins:
            raise ValueError("it pins no package")
    except (OSError, ValueError, InvalidRequirement) as error:
        detail = f"{lock.name} cannot be read: {getattr(error, 'strerror', None) or error}"
        return Finding("packages", "wrong", True, detail, "every lesson", "a full checkout")
    missing, older, newer = _compare(pins)
    same = len(pins) - len(missing) - len(older) - len(newer)
    details = [f"{same} of {len(pins)} as in {lock.name}"]
    groups = {"missing": missing, "older": older, "newer": newer}
    details += [f"{word}: {', '.join(names)}" for word, names in groups.items() if names]
    state: State = "missing" if missing else "wrong" if older else "ok"
    return Finding("packages", state, True, "; ".join(details), "every lesson", get)


def _pins(lock: str) -> Iterator[tuple[str, str]]:
    """Yield name and version of each package that the lock pins for this platform."""
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#", "-")):
            pin = Requirement(line.removesuffix("\\"))
            if pin.marker is None or pin.marker.evaluate():
                yield pin.name, str(pin.specifier).removeprefix("==")


def _compare(pins: list[tuple[str, str]]) -> tuple[list[str], list[str], list[str]]:
    # Newer is not a fault: the project's metadata allows it, and CI runs the newest too.
    missing: list[str] = []
    older: list[str] = []
    newer: list[str] = []
    for name, wanted in pins:
        try:
            # Not metadata.version: newer Pythons warn when the version is missing.
            found = str(metadata.distribution(name).metadata.json.get("version"))
            behind = Version(found) < Version(wanted)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        except (InvalidVersion, KeyError, OSError, TypeError):
            found, behind = "of unknown version", True
        if found != wanted:
            (older if behind else newer).append(f"{name} {found} (lock: {wanted})")
    return missing, older, newer


def _writable(state: Path) -> Finding:
    use = "keys, databases, logs and environments of the tool"
    get = "a checkout in a folder of your own"
    try:
        state.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=state) as file:
            file.write(b"1")
    except OSError as error:
        return Finding(state.name, "wrong", True, f"{state}: {error.strerror}", use, get)
    return Finding(state.name, "ok", True, "can be written to", use, get)


def _disk(root: Path) -> Finding:
    name, use, get = "disk", "the environments for lessons and notebooks", "room on the disk"
    try:
        free = shutil.disk_usage(root).free // 1_000_000
    except OSError as error:
        return Finding(name, "wrong", False, f"cannot be read: {error.strerror}", use, get)
    detail = f"{free} MB free, {ENOUGH_MEGABYTES} MB are enough"
    return Finding(name, "ok" if free >= ENOUGH_MEGABYTES else "wrong", False, detail, use, get)


def _port(number: int, use: str) -> Finding:
    name, get = f"port {number}", f"stop that program, or take another port: --port {number + 10}"
    with socket.socket() as probe:
        if sys.platform != "win32":
            # As servers do: a connection that has just ended does not keep the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return Finding(name, "wrong", False, f"used{_holder(number)}", use, get)
    return Finding(name, "ok", False, "free", use, get)


def _holder(port: int) -> str:
    """Return ` by NAME (process N)` for the program that listens on `port`, where Linux tells."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        try:
            if any(str(link.readlink()) in sockets for link in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f" by {name} (process {process.name})"
        except OSError:
            continue  # it ended, or it is somebody else's
    return ""


def _listening(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _notebooks(catalog: Catalog) -> Finding:
    found = notebooks.ready(catalog)
    detail = "installed" if found else "not installed yet"
    get = "nothing to do: the first tutor_cli notebook installs it"
    state: State = "ok" if found else "missing"
    return Finding("JupyterLab", state, False, detail, "the lessons' notebooks", get)


def _programs(catalog: Catalog) -> Iterator[Finding]:
    """Yield a finding for each program that a card names and that is none of the parts."""
    known = {command[0] for part in PARTS for command in part.commands}
    users: dict[tuple[str, str], list[str]] = {}
    for lesson in catalog.lessons:
        with suppress(TutorError):  # what is wrong with a card is said where it is used
            for program in lesson.card.programs.items():
                users.setdefault(program, []).append(lesson.number)
    for (name, package), numbers in users.items():
        if name not in known:
            place = shutil.which(name)
            enables = f"some of the tests of {' and '.join(numbers)}"
            get = f"apt install {package}, as Debian calls it"
            state: State = "ok" if place else "missing"
            yield Finding(name, state, False, place or "not found", enables, get)


def _part(part: Part) -> Finding:
    state, detail = look(part)
    return Finding(part.name, state, False, detail, part.enables, part.get)
