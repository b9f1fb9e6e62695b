"""Run a README as its reader would: in a copy of the checkout, block by block."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

from tests.checkout import copy_checkout
from tests.readme_blocks import BlockError, read_blocks
from tests.readme_processes import Place, PythonSession
from tests.readme_terminal import Terminal, readers_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.readme_blocks import Block

_FOR_THE_READER = ("mermaid", "powershell", "text")
_PARSERS = {"json": json.loads, "toml": tomllib.loads}


def run_readme(readme: Path, root: Path, scratch: Path, *, patience: float = 1200) -> list[str]:
    """Run the blocks of `readme`, a file of the checkout `root`; return what is wrong with them.

    Works in a copy below `scratch`, an empty folder. A command or block may take `patience`
    seconds. Raises ProgramMissingError when a command is not there, BlockError when a block is
    never closed.
    """
    session = _Session(readme, root, scratch, patience)
    try:
        for block in read_blocks(readme.read_text(encoding="utf-8")):
            session.run(block)
    finally:
        session.close()
    return session.findings


class _Session:
    """One reading of a README."""

    def __init__(self, readme: Path, root: Path, scratch: Path, patience: float) -> None:
        self.findings: list[str] = []
        self._name = readme.relative_to(root).as_posix()
        checkout = scratch / "checkout"
        copy_checkout(root, checkout)
        folder = (checkout / self._name).parent
        if re.search(r"^\s*\$ git clone ", readme.read_text(encoding="utf-8"), re.MULTILINE):
            folder = scratch / "home"
            folder.mkdir()
        place = Place(folder, readers_environment(scratch), patience)
        self._terminal = Terminal(place, checkout, self.report)
        self._python: PythonSession | None = None
        self._section = ""

    def report(self, line: int, sentence: str) -> None:
        """Note what is wrong at a line of the README."""
        self.findings.append(f"{self._name}:{line}: {sentence}")

    def run(self, block: Block) -> None:
        """Run or check one block."""
        try:
            self._run(block)
        except BlockError as error:
            self.report(error.line, error.sentence)

    def _run(self, block: Block) -> None:
        if block.section != self._section:
            self._terminal.stop_servers()
            self._section = block.section
        if block.language == "console":
            self._terminal.run(block)
        elif block.language in ("python", "pycon"):
            self._run_python(block)
        elif block.language in _PARSERS:
            self._parse(block)
        elif block.language not in _FOR_THE_READER:
            kind = f"the language {block.language!r}" if block.language else "no language"
            self.report(block.line - 1, f"This block has {kind}: nothing can check it.")

    def _run_python(self, block: Block) -> None:
        if self._python is None:
            self._python = PythonSession(self._name, self._terminal.place)
        problem = self._python.run(block, self._terminal.real(block.text))
        if problem:
            self.report(block.line, f"This code fails.\n{problem}")

    def _parse(self, block: Block) -> None:
        try:
            _PARSERS[block.language](block.text)
        except ValueError as error:
            self.report(block.line, f"This is not valid {block.language.upper()}: {error}")

    def close(self) -> None:
        """Stop all that the README started."""
        self._terminal.stop_servers()
        if self._python:
            self._python.close()
