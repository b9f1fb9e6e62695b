"""Draw docs/terminal.svg from a real run of the README's two commands."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "terminal.svg"
COLUMNS = 108


def main() -> None:
    """Run the commands, and write what a terminal shows as one picture."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    _prompt(console, "python3 tutor_cli.py run 01")
    served = _run_and_ask()
    console.print(Text.from_ansi(served))
    _prompt(console, "python3 tutor_cli.py test")
    console.print(Text.from_ansi(_command("test").stdout))
    picture = console.export_svg(title="tutor_cli", clear=False)
    # The fonts would come from the internet; the picture works with the reader's own.
    picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text("\n".join(line.rstrip() for line in picture.splitlines()) + "\n", "utf-8")


def _prompt(console: Console, command: str) -> None:
    console.print(Text.assemble(("$ ", "bold green"), command))


def _environment() -> dict[str, str]:
    return os.environ | {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tutor_cli.py"), *arguments]
    return subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True)


def _run_and_ask() -> str:
    """Serve stage 01, ask it once as a reader would, and return what it printed."""
    command = [sys.executable, str(ROOT / "tutor_cli.py"), "run", "01"]
    process = subprocess.Popen(
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines = []
    try:
        for line in process.stdout or ():
            lines.append(line)
            if "Serving" in line:
                urllib.request.urlopen("http://127.0.0.1:8000/tasks").close()
            if "GET /tasks" in line:
                break
    finally:
        process.terminate()
        process.communicate()
    return "".join(lines).rstrip()


if __name__ == "__main__":
    main()
