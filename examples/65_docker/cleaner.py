"""Clear away what podman leaves in a folder, when whoever started this ends: also when killed.

It is a process of its own. Its standard input is at its end when the tests are.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 20.0


def clear(folder: Path) -> None:
    """End all containers with this storage, take down its mounts, delete it."""
    settings = {"CONTAINERS_CONF": str(folder / "containers.conf")}
    storage = [f"--root={folder}/storage", f"--runroot={folder}/run", "--storage-driver=overlay"]
    command = ["podman", *storage, "rm", "--all", "--force", "--time=0"]
    subprocess.run(command, env=os.environ | settings, check=False)
    deadline = time.monotonic() + PATIENCE
    while is_used(folder) and time.monotonic() < deadline:
        time.sleep(0.05)  # what podman starts when a container ends would mount its storage again
    for mount in reversed(mounts_below(folder)):
        command = ["umount", "--lazy", mount]
        subprocess.run(command, check=False)
    shutil.rmtree(folder, ignore_errors=True)


def is_used(folder: Path) -> bool:
    """Tell whether a process other than this one was started with the folder's name."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            used = f"{folder}/".encode() in path.read_bytes()
        except OSError:  # it has just ended
            continue
        if used and path.parent.name != str(os.getpid()):
            return True
    return False


def mounts_below(folder: Path) -> list[str]:
    """Return where something is mounted below the folder, in the order in which it was."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    places = [line.split()[1] for line in lines]
    return [place for place in places if place.startswith(f"{folder}/")]


if __name__ == "__main__":
    sys.stdin.read()
    clear(Path(sys.argv[1]))
