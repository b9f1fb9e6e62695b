"""Execute one notebook and report what is wrong with it, as JSON.

The tool runs this file by its path with the interpreter of the notebooks' environment, where the
tool itself is not installed: `python -P notebook_worker.py NOTEBOOK SECONDS`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Used to check international web addresses, which a notebook's format has none of; to import it
# takes three times as long as all the rest. What is None here counts as not installed.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

import nbformat  # noqa: E402 - after the line above
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import (  # noqa: E402
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    Cell = dict[str, Any]

_WARNING = re.compile(r"\b\w*Warning: .*")
_NOT_ATTEMPTED = "not attempted"
_MISSING = re.compile(r"^missing: .*", re.MULTILINE)
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_FILE = re.compile(r"File \"?([^\n\"]+?\.py)\"?(?::|, line )(\d+)")


def main() -> None:
    """Write the report on the notebook `sys.argv[1]`, with cells limited to `sys.argv[2]` s."""
    # A program that a cell starts may write to standard output: the report has it for itself.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as report:
        os.dup2(2, 1)
        json.dump(examine(Path(sys.argv[1]), int(sys.argv[2])), report)


def examine(path: Path, seconds: int) -> dict[str, Any]:
    """Execute the notebook `path` in its folder and return its problems and numbers.

    Nothing is written to the file. A cell may run for `seconds`.
    """
    try:
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
    except Exception as error:  # whatever is wrong in the file, the answer is a sentence
        return _report([f"it is not a valid notebook: {_first_line(error)}"], [])
    cells = [cell for cell in book.cells if cell.cell_type == "code" and cell.source.strip()]
    problems = list(_stored(cells))
    trouble = _execute(book, path.parent, seconds)
    problems += _written_to_standard_error(cells)
    return _report([*problems, *trouble], cells)


def _report(problems: list[str], cells: list[Cell]) -> dict[str, Any]:
    return {
        "problems": problems,
        "cells": len(cells),
        "not_attempted": sum(_NOT_ATTEMPTED in _shown(cell).lower() for cell in cells),
        "missing": [
            f"cell [{number}], {found[0]}"
            for number, cell in enumerate(cells, 1)
            if (found := _MISSING.search(_shown(cell)))
        ],
    }


def _stored(cells: list[Cell]) -> Iterator[str]:
    for number, cell in enumerate(cells, 1):
        if cell["outputs"] or cell["execution_count"] is not None:
            yield f"{_place(number, cell)} is stored with outputs or an execution count"


def _execute(book: nbformat.NotebookNode, folder: Path, seconds: int) -> list[str]:
    running: list[Cell] = []
    client = NotebookClient(
        book,
        timeout=seconds,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        shutdown_kernel="immediate",
        on_cell_execute=lambda cell, cell_index: running.append(cell),  # noqa: ARG005 # its names
    )
    threading.Thread(target=_end_with_parent, args=(client,), daemon=True).start()
    try:
        client.execute()
    except CellExecutionError as error:
        where = _file_and_line(error.traceback, folder)
        what = f"raises {error.ename}{where}: {_first_line(error.evalue)}"
    except CellTimeoutError:
        what = f"is still running after {seconds} seconds"
    except DeadKernelError:
        what = "ends the interpreter"
    except Exception as error:  # the kernel does not start, or the book names another
        return [f"the notebook cannot be run: {type(error).__name__}: {_first_line(error)}"]
    else:
        return []
    return [f"{_place(len(running), running[-1])} {what}"]


def _file_and_line(traceback: str, folder: Path) -> str:
    """Return ` in FILE, line N` for the lesson's own code that the error passed last, if any."""
    found = ""
    for file, line in _FILE.findall(_COLOR.sub("", traceback)):
        path = Path(file).expanduser().resolve()
        if path.is_relative_to(folder.resolve()):
            found = f" in {path.relative_to(folder.resolve()).as_posix()}, line {line}"
    return found


def _written_to_standard_error(cells: list[Cell]) -> Iterator[str]:
    for number, cell in enumerate(cells, 1):
        streams = [x for x in cell["outputs"] if x["output_type"] == "stream"]
        text = "".join(x["text"] for x in streams if x["name"] == "stderr")
        warnings = list(dict.fromkeys(_WARNING.findall(text)))
        for warning in warnings:
            yield f"{_place(number, cell)} warns: {warning}"
        if text.strip() and not warnings:
            yield f"{_place(number, cell)} writes to standard error: {_first_line(text)}"


def _shown(cell: Cell) -> str:
    """Return all the text that the cell's outputs show."""
    parts: list[str] = []
    for output in cell["outputs"]:
        parts.append(output.get("text", ""))
        parts += [part for part in output.get("data", {}).values() if isinstance(part, str)]
    return "".join(parts)


def _place(number: int, cell: Cell) -> str:
    return f'cell [{number}] "{_first_line(cell["source"])}"'


def _first_line(text: object) -> str:
    return next(iter(str(text).strip().splitlines()), "")[:200]


def _end_with_parent(client: NotebookClient) -> None:
    """End this process and the kernel as soon as the tool is gone: standard input ends then."""
    os.read(0, 1)  # not sys.stdin: its lock would be held when the interpreter ends
    kernel = getattr(getattr(client.km, "provisioner", None), "process", None)
    if kernel and kernel.poll() is None:
        if sys.platform == "win32":
            kernel.kill()
        else:
            os.killpg(kernel.pid, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
