"""Images and containers: podman, with a storage of its own that is cleared away at the end."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import stand_in
from stand_in import MissingError

LESSON = Path(__file__).resolve().parent
BASE = "localhost/stand-in:1"
PROGRAMS = ("podman", "runc", "conmon")
LOCKED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=256m")
ALONE = ("--detach", "--network=none", "--health-interval=disable")
# With these, containers also run where there is no systemd, and beside another podman's.
SETTINGS = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "{folder}/tmp"
"""
ASK = """
import sys, time
from http.client import HTTPConnection
method, path, port = sys.argv[1:]
for again in range(300):
    try:
        connection = HTTPConnection("127.0.0.1", int(port), timeout=30)
        connection.request(method, path)
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
answer = connection.getresponse()
print(answer.status, answer.read().decode())
"""


@dataclass(frozen=True)
class Podman:
    """Podman, with all that it writes in one folder."""

    folder: Path

    def run(self, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run podman; fail unless it succeeds, or `check` is off."""
        storage = [f"--root={self.folder}/storage", f"--runroot={self.folder}/run"]
        command = ["podman", *storage, "--storage-driver=overlay", *map(str, arguments)]
        done = subprocess.run(
            command,
            env=os.environ | {"CONTAINERS_CONF": f"{self.folder}/containers.conf"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            message = f"podman {arguments[0]} failed:\n{done.stdout}\n{done.stderr}"
            raise RuntimeError(message)
        return done

    def build(self, tag: str, context: Path, file: str = "Dockerfile") -> str:
        """Build an image of the files in `context`; return what the builder says."""
        options = ["--format=docker", "--isolation=chroot", "--pull-never", f"--tag={tag}"]
        argument, file = f"--build-arg=BASE={BASE}", f"--file={context / file}"
        return self.run("build", *options, argument, file, context).stdout

    def start(self, *arguments: object) -> str:
        """Start a container with no network and no power; return its ID."""
        return self.run("run", *ALONE, *LOCKED, *arguments).stdout.strip()

    def show(self, name: str, form: str) -> str:
        """Return what podman knows of an image or a container."""
        return self.run("inspect", f"--format={form}", name).stdout.strip()

    def ask(self, container: str, method: str, path: str, port: int = 8000) -> str:
        """Send a request from inside; return status and body, or why there is no answer."""
        command = ["python", "-c", ASK, method, path, port]
        done = self.run("exec", container, *command, check=False)
        if done.returncode == 0:
            return done.stdout.strip()
        if self.show(container, "{{.State.Running}}") == "true":
            return f"it runs, but nothing answers at port {port}"
        lines = self.log(container).splitlines()
        errors = [line for line in lines if re.match(r"\w*Error: ", line)]
        return f'it ended with "{[*lines, *errors][-1]}"'

    def log(self, container: str) -> str:
        """Return what a container has said."""
        done = self.run("logs", container)
        return f"{done.stdout}{done.stderr}".strip() or "nothing said"


@contextmanager
def podman() -> Iterator[Podman]:
    """Give podman, with the stand-in for the base image; raise MissingError where it cannot run."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        sentence = f"{missing[0]} is not here; Debian's package is called {missing[0]}."
        raise MissingError(sentence)
    if os.geteuid() != 0:
        raise MissingError("Only root can build and run containers with these settings.")
    folder = Path(tempfile.mkdtemp(prefix="65-", dir=roomy_memory()))
    cleaner = [sys.executable, str(LESSON / "cleaner.py"), str(folder)]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        cleaner, stdin=pipe, stdout=quiet, stderr=quiet, start_new_session=True
    ) as process:
        (folder / "containers.conf").write_text(SETTINGS.format(folder=folder))
        made = Podman(folder)
        try:
            stand_in.pack(folder / "base.tar", LESSON / "requirements.lock")
            made.run("import", "--change=ENV PATH=/usr/local/bin:/bin", folder / "base.tar", BASE)
            yield made
        finally:
            process.communicate()


def roomy_memory() -> Path | None:
    """Return the folder for files in memory, if there is room: a disk takes long to delete them."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder with a name of its own is made in it
    if not memory.is_dir():
        return None
    found = os.statvfs(memory)
    room = found.f_bavail * found.f_frsize > 2**32 and not found.f_flag & os.ST_NOEXEC
    return memory if room else None
