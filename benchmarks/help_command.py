"""`tutor_cli --help` beside a Typer program that says hello."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.comparison import Row, compare

ROOT = Path(__file__).resolve().parent.parent
HELLO = '''"""Say hello."""

import typer

app = typer.Typer()


@app.command()
def hello(name: str = "you") -> None:
    """Say hello to NAME."""
    print(name)


if __name__ == "__main__":
    app()
'''


def measure() -> list[Row]:
    """Return how long both take to print their help, in seconds of wall time."""
    with tempfile.TemporaryDirectory() as folder:
        hello = Path(folder) / "hello.py"
        hello.write_text(HELLO, encoding="utf-8")
        return [
            compare(
                "tutor_cli --help",
                ("Typer hello-world --help", lambda: _seconds(hello)),
                lambda: _seconds(ROOT / "tutor_cli.py"),
                goal=1.15,
                worst=1.3,
                rounds=21,
            )
        ]


def _seconds(script: Path) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, str(script), "--help"], capture_output=True, check=True)
    return time.perf_counter() - started
