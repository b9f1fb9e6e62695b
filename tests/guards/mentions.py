"""What the texts name exists: files, definitions, commands and their options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.checkout import kept_files
from tests.guards.code import definitions, read
from tests.readme_blocks import prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set
    from pathlib import Path

    from tutor.catalog import Catalog

_TEXTS = re.compile(
    r"(README|CONTRIBUTING|benchmarks/README|(stages|examples)/(.*/)?README)\.md|.*/lesson\.toml"
)
_COMMAND = re.compile(r"\btutor_cli(?:\.py)? +(?P<command>[a-z][\w-]*)(?P<rest>[^`\n|]*)")
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FILE = re.compile(
    r"[\w.-][\w./-]*(?:\.(?:py|md|toml|ipynb|lock|sh|ya?ml|json|svg)|/)(?:::\w+)?", re.ASCII
)


def _texts(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for name in kept_files(catalog.root):
        if _TEXTS.fullmatch(name):
            yield name, read(catalog.root / name)


def unknown_commands(catalog: Catalog, commands: Mapping[str, Set[str]]) -> list[str]:
    """Find commands of `tutor_cli`, and options, that a text names and `commands` does not have.

    `commands` maps the name of each command to its options.
    """
    faults: list[str] = []
    for name, text in _texts(catalog):
        for found in _COMMAND.finditer(text):
            where = f"{name}:{text.count(chr(10), 0, found.start()) + 1}"
            command = found["command"]
            if command not in commands:
                faults.append(f"{where}: there is no command `tutor_cli {command}`.")
                continue
            unknown = [each for each in _options(found["rest"]) if each not in commands[command]]
            faults += [f"{where}: `tutor_cli {command}` has no option {each}." for each in unknown]
    return faults


def _options(rest: str) -> Iterator[str]:
    for word in rest.split():
        if word == "--":
            return
        if re.fullmatch(r"--?[a-z].*", word):
            yield word.partition("=")[0]


def unknown_files_named(catalog: Catalog) -> list[str]:
    """Find files, folders and definitions that a text names and nobody has."""
    kept = kept_files(catalog.root)
    faults: list[str] = []
    for name, text in _texts(catalog):
        for number, line in prose(text):
            faults += [
                f"{name}:{number}: {named} does not exist."
                for named in _named(line)
                if not _exists(named, (catalog.root / name).parent, catalog.root, kept)
            ]
    return faults


def _named(line: str) -> Iterator[str]:
    for span in _SPAN.findall(line):
        # `W/` begins a weak ETag.
        if _FILE.fullmatch(span) and "NN_" not in span and span != "W/":
            yield span
    for link in _LINK.findall(_SPAN.sub("", line)):
        if not re.match(r"[a-z]+:|#", link):
            yield link.partition("#")[0]


def _exists(named: str, folder: Path, root: Path, kept: list[str]) -> bool:
    path, _, definition = named.partition("::")
    if definition:
        return (folder / path).is_file() and definition in definitions(read(folder / path))
    if "/" not in path:
        return any(name.rpartition("/")[2] == path for name in kept)
    return (folder / path).exists() or (root / path).exists() or _made_later(path, root)


def _made_later(path: str, root: Path) -> bool:
    """Tell whether the path is below a folder that git ignores: one that a reader makes."""
    ignored = root / ".gitignore"
    lines = read(ignored).splitlines() if ignored.exists() else []
    return any(f"{part}/" in lines for part in path.split("/"))
