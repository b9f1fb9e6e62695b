"""A stand-in for `python:3.12-slim`, made of this machine: no registry and no network is needed.

In it are a shell, the interpreter that runs the tests, the libraries that both need, and wheels.
"""

import io
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

LEFT_OUT = {"site-packages", "test", "idlelib", "tkinter", "turtledemo", "__pycache__"}
SHARED = ("c", "m", "dl", "pthread", "rt", "util", "resolv", "stdc++", "gcc_s", "z")
"""What wheels for Linux take for granted."""
PIP = b"[global]\nno-index = true\nfind-links = /wheels\n"


def pack(root: Path, wheels: Path) -> None:
    """Write all files of the stand-in into one archive."""
    bases = {"base": sys.base_prefix, "installed_base": sys.base_prefix}
    library = Path(sysconfig.get_path("stdlib", vars=bases))
    python = Path(sys.base_exec_prefix, "bin", library.name).resolve()
    shell = Path(shutil.which("sh") or "/bin/sh").resolve()
    with tarfile.open(root, "w") as tar:
        tar.add(library, f"usr/local/lib/{library.name}", filter=owned_by_root)
        tar.add(python, f"usr/local/bin/{library.name}", filter=owned_by_root)
        tar.add(shell, "bin/sh", filter=owned_by_root)
        tar.add(wheels, "wheels", filter=owned_by_root)
        for path in shared_libraries([python, shell, *library.glob("lib-dynload/*.so")]):
            tar.add(path.resolve(), str(path).lstrip("/"), filter=owned_by_root)
        add(tar, "usr/local/bin/python", type=tarfile.SYMTYPE, linkname=library.name)
        add(tar, "tmp", type=tarfile.DIRTYPE, mode=0o1777)
        add(tar, "etc/pip.conf", size=len(PIP))


def add(tar: tarfile.TarFile, name: str, **values: object) -> None:
    """Add what is not on this machine: a link, a folder, or pip's settings."""
    info = tarfile.TarInfo(name)
    for each, value in values.items():
        setattr(info, each, value)
    tar.addfile(info, io.BytesIO(PIP))


def owned_by_root(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Let a file be root's; leave some out."""
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return None if LEFT_OUT & set(Path(info.name).parts) else info


def shared_libraries(programs: list[Path]) -> set[Path]:
    """Return the libraries that the programs need, and those that wheels do."""
    command = ["/usr/bin/ldd", *map(str, programs)]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    words = {word for line in found.splitlines() for word in line.split()}
    named = {Path(word) for word in words if word.startswith("/") and not word.endswith(":")}
    folders = {path.parent for path in named if path.name.startswith("libc.so")}
    for name in SHARED:
        named.update(path for folder in folders for path in folder.glob(f"lib{name}.so.?"))
    return named
