"""What is committed is clean: no address of a machine or registry, no stored outputs, no giants."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.checkout import kept_files
from tests.guards.code import files_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.catalog import Catalog

_UNWANTED = {
    "a path of one machine": re.compile(
        r"(?<![\w.}])/(root|home|Users|work|tmp/dev)/\w|[A-Z]:\\Users"
    ),
    "the host of a package registry": re.compile(
        r"pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|anaconda[.]org|crates[.]io"
    ),
    "an option for a package index": re.compile(r"--(extra-)?index[-]url|--find[-]links"),
    "a resolved address": re.compile(r'"resolved"\s*:\s*"http'),
}
_PINNED = re.compile(r"[\w.-]+(\[[\w,-]+\])?==\S+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
_ENGINE = re.compile(r"tutor/[^/]+\.py|tutor_cli\.py")
_ENGINE_LINES, _LESSON_LINES = 300, 150


def _texts(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file that is text; line ends stay as they are."""
    for name in kept_files(catalog.root):
        content = (catalog.root / name).read_bytes()
        if b"\0" not in content:
            yield name, content.decode("utf-8")


def unclean_texts(catalog: Catalog) -> list[str]:
    """Find paths of a machine, registry hosts, line ends that are not LF, a last line without."""
    faults: list[str] = []
    for name, text in _texts(catalog):
        for what, pattern in _UNWANTED.items():
            for found in pattern.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                faults.append(f"{name}:{line}: holds {what}: {found[0]}")
        if "\r" in text:
            faults.append(f"{name}: has line ends other than LF.")
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            faults.append(f"{name}: does not end with exactly one line end.")
    return faults


def loose_locks(catalog: Catalog) -> list[str]:
    """Find lines of lock files without an exact version and hashes, or with an address.

    A lesson's own lock has the versions that its tests run with: those of the lock of all lessons.
    """
    faults: list[str] = []
    locks = sorted(catalog.root.glob("*.lock"))
    for path in [*locks, *(lesson.folder / "requirements.lock" for lesson in catalog.lessons)]:
        if not path.exists():
            continue
        name, text = path.relative_to(catalog.root).as_posix(), path.read_text(encoding="utf-8")
        if "://" in text:
            faults.append(f"{name}: names a host.")
        lines = re.sub(r" *#.*", "", text).replace("\\\n", " ").splitlines()
        loose = [each for each in lines if each.strip() and not _PINNED.fullmatch(each.strip())]
        faults += [f"{name}: not pinned with hashes: {each.split()[0]}" for each in loose]
        if path not in locks:
            others = _pins((catalog.root / path.name).read_text(encoding="utf-8"))
            differing = sorted(_pins(text) - others)
            faults += [f"{name}: {pin} is not in {path.name} of the root." for pin in differing]
    return faults


def _pins(lock: str) -> set[str]:
    return set(re.findall(r"^[\w-]+==[\w.]+", lock, re.MULTILINE))


def stored_outputs(catalog: Catalog) -> list[str]:
    """Find notebooks that were committed with outputs or execution counts."""
    faults: list[str] = []
    for name, text in _texts(catalog):
        if name.endswith(".ipynb"):
            cells = enumerate(json.loads(text)["cells"], 1)
            run = [n for n, cell in cells if cell.get("outputs") or cell.get("execution_count")]
            faults += [f"{name}: cell {n} holds the result of a run." for n in run]
    return faults


def long_files(catalog: Catalog) -> list[str]:
    """Find engine files of more than 300 lines and lesson files of more than 150."""
    limits = {name: _ENGINE_LINES for name in kept_files(catalog.root) if _ENGINE.fullmatch(name)}
    for lesson in catalog.lessons:
        names = (f"{lesson.path}/{name}" for name in files_of(lesson) if name.endswith(".py"))
        limits |= dict.fromkeys(names, _LESSON_LINES)
    lengths = {name: (catalog.root / name).read_bytes().count(b"\n") for name in limits}
    return [
        f"{name}: has {length} lines, more than {limits[name]}."
        for name, length in lengths.items()
        if length > limits[name]
    ]
