"""The image of the app, built by buildah and run by podman, in a storage of their own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import base_image
import pytest
from databases import LESSON

IMAGE, BASE = "task-manager", "docker.io/library/python:3.12-slim"
PROGRAMS = ("buildah", "podman", "runc", "conmon")
# With these, containers also run where there is neither systemd nor the right to raise limits.
CONTAINERS = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


@dataclass
class Builder:
    """Buildah and podman, with a storage of their own."""

    folder: Path

    def run(
        self, program: str, *arguments: object, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the two; fail the test with what it says unless it succeeds."""
        storage = ["--root", self.folder / "storage", "--runroot", self.folder / "run"]
        command = [program, *storage, "--storage-driver", "overlay", *arguments]
        settings = {"CONTAINERS_CONF": str(self.folder / "containers.conf")}
        done = subprocess.run(
            list(map(str, command)),
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            pytest.fail(f"{program} {arguments[0]} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def podman(self, *arguments: object) -> str:
        """Run podman; return what it prints."""
        return self.run("podman", *arguments).stdout.strip()

    def log(self, container: str) -> str:
        """Return what a container has logged."""
        return self.run("podman", "logs", container).stderr


@contextmanager
def builder() -> Iterator[Builder]:
    """Give buildah and podman; skip the test when they are not installed."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing or sys.platform != "linux":
        names = "buildah podman runc conmon catatonit containernetworking-plugins"
        pytest.skip(f"Not found: {', '.join(missing)}. Install Debian's {names}.")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (Path(folder) / "containers.conf").write_text(CONTAINERS)
        made = Builder(Path(folder))
        try:
            yield made
        finally:
            made.run("podman", "rm", "--all", "--force", "--time=0", check=False)
            made.run("podman", "rmi", "--all", "--force", check=False)


def build(made: Builder, context: Path) -> None:
    """Build the image of the app from the files in `context`."""
    wheels, root = made.folder / "wheels", made.folder / "root.tar"
    download(wheels)
    base_image.pack(root, wheels)
    made.podman("import", "--change", "ENV PATH=/usr/local/bin:/usr/bin:/bin", root, BASE)
    options = ["--format=docker", "--isolation=chroot", "--pull-never", f"--tag={IMAGE}"]
    made.run("buildah", "build", *options, context)


def download(wheels: Path) -> None:
    """Fetch the packages of the lock, from where this machine's pip has them from."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(wheels)]
    done = subprocess.run(
        [*command, "--requirement", str(LESSON / "requirements.lock")],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"The packages of the lock cannot be downloaded:\n{done.stderr}")
