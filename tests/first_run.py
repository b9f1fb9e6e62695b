"""A small checkout to try first runs in: the real bootstrap, tiny wheels, no network."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tutor import bootstrap

ROOT = Path(__file__).resolve().parent.parent
COMMAND = """\
import sys
before = set(sys.modules)
from tutor import bootstrap
bootstrap.ensure()
loaded = sorted(name for name in set(sys.modules) - before if not name.startswith("tutor"))
import json, os
print(json.dumps({
    "arguments": sys.argv[1:], "executable": sys.executable, "loaded": loaded, "pid": os.getpid(),
    "prefix": sys.prefix, "dev": sys.flags.dev_mode,
    "environment": {
        name: value for name, value in os.environ.items()
        if name.startswith(("VIRTUAL_ENV", "TUTOR_", "PYTHONHOME"))
    },
}))
"""
ENGINE = ("__init__", "bootstrap", "errors", "installer_process", "installing")


def make_wheel(folder: Path, name: str, version: str = "1.0", files: int = 1) -> str:
    """Write a wheel with `files` modules, and return its line for a lock."""
    info = f"{name}-{version}.dist-info"
    contents = {f"{name}/module_{n}.py": f"VALUE = {n}\n" for n in range(files)}
    contents |= {
        f"{name}/__init__.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*contents, f"{info}/RECORD"])
    path = folder / f"{name}-{version}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in {**contents, f"{info}/RECORD": record}.items():
            archive.writestr(inside, text)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@dataclass
class Checkout:
    """A copy of the bootstrap with a lock and a wheelhouse of its own."""

    folder: Path
    python: str
    wheels: Path
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, python: str) -> "Checkout":
        """Copy the bootstrap to `folder`, beside a command that tells how it was run."""
        (folder / "tutor").mkdir(parents=True)
        for name in ENGINE:
            shutil.copy(ROOT / "tutor" / f"{name}.py", folder / "tutor")
        (folder / "tutor_cli.py").write_text(COMMAND)
        checkout = cls(folder, python, folder / "wheels")
        checkout.lock(make_wheel(checkout.wheels, "alpha"))
        return checkout

    @property
    def venv(self) -> Path:
        """The environment that a first run makes."""
        return self.folder / ".venv"

    @property
    def venv_python(self) -> Path:
        """The interpreter in it."""
        return Path(bootstrap.python_of(self.venv))

    def lock(self, *entries: str) -> None:
        """Make `entries` the lock of this checkout."""
        (self.folder / "requirements.lock").write_text("".join(entries))

    def packages(self) -> set[str]:
        """Return the names of the packages in `.venv`, those of a fresh environment left out."""
        places = [*self.venv.glob("lib/python3*/site-packages"), self.venv / "Lib/site-packages"]
        found = {path.name.split("-")[0] for x in places for path in x.glob("*.dist-info")}
        return found - {"pip", "setuptools", "wheel"}

    def environment(self) -> dict[str, str]:
        """Return an environment in which pip and uv know the wheelhouse, and nothing else."""
        unwanted = ("PIP_", "UV_", "TUTOR_", "VIRTUAL_ENV", "PYTHON")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
        nothing = self.folder / "bin"
        nothing.mkdir(exist_ok=True)
        return {
            **inherited,
            "PATH": str(nothing),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "PYTHONNOUSERSITE": "1",
            **self.settings,
        }

    def start(self, *arguments: str, python: str = "", script: str = "") -> subprocess.Popen[str]:
        """Start the command in a process group of its own, which Ctrl-C reaches as in a shell."""
        return subprocess.Popen(
            [python or self.python, *([script] if script else ["tutor_cli.py"]), *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_restore_interrupts if sys.platform != "win32" else None,
        )

    def run(self, *arguments: str, python: str = "", script: str = "") -> "Outcome":
        """Run the command to its end."""
        process = self.start(*arguments, python=python, script=script)
        return Outcome.of(process)


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    answer: str
    said: str

    @property
    def told(self) -> dict[str, Any]:
        """What the command told of how it was run; it wrote nothing else to standard output."""
        told: dict[str, Any] = json.loads(self.answer)
        return told

    @classmethod
    def of(cls, process: subprocess.Popen[str]) -> "Outcome":
        """Wait for `process`; kill it when it takes far too long."""
        try:
            answer, said = process.communicate(timeout=120)
        finally:
            if process.poll() is None:
                process.kill()
        return cls(process.returncode, answer, said)


def _restore_interrupts() -> None:
    """Undo what a shell does to a job in the background, which tests may be: ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def await_true(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return once `condition` holds; fail when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the awaited never came"
        time.sleep(0.005)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return an interpreter without packages: one in an empty environment, as a person may have."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return bootstrap.python_of(folder)


@pytest.fixture
def checkout(bare: str, tmp_path: Path) -> Checkout:
    """Return a checkout that nothing was run in yet."""
    return Checkout.make(tmp_path / "checkout", bare)
