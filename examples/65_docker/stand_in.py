"""A stand-in for `python:3.12-slim`, made of this machine: no registry is asked.

It holds a shell and a few tools, the Python that runs this, pip, the shared libraries that these
and wheels need, and the wheels of the lock, which pip then takes from a folder.
"""

import io
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

LEFT_OUT = (
    "site-packages",
    "test",
    "idlelib",
    "*tkinter*",
    "config-*",
    "*.opt-?.pyc",
    "EXTERNALLY-MANAGED",
)
EXPECTED = ("c", "m", "dl", "pthread", "rt", "util", "resolv", "stdc++", "gcc_s", "z")
"""Libraries that wheels for Linux may take for granted."""
TOOLS = ("sh", "cat", "chmod", "chown", "cp", "id", "ls", "mkdir", "mv", "rm", "sleep")
PIP_SETTINGS = b"[global]\nno-index = true\nfind-links = /wheels\n"
PIP_HOME = "/usr/local/lib/pip"  # Not site-packages: Debian's own Python does not look there.
PIP = f"""#!/usr/local/bin/python
import sys
sys.path.insert(0, "{PIP_HOME}")
from pip._internal.cli.main import main
sys.exit(main())
""".encode()
ACCOUNTS = b"root:x:0:0:root:/root:/bin/sh\n"


class MissingError(Exception):
    """What this machine lacks to build and run images; the sentence says how to get it."""


def pack(archive: Path, lock: Path) -> None:
    """Write all files of the stand-in into one archive, with the wheels that the lock names."""
    wheels = archive.parent / "wheels"
    pip = find_pip()
    download(lock, wheels)
    bases = {"base": sys.base_prefix, "installed_base": sys.base_prefix}
    library = Path(sysconfig.get_path("stdlib", vars=bases))
    python = Path(sys.base_exec_prefix, "bin", library.name).resolve()
    tools = {name: Path(found).resolve() for name in TOOLS if (found := shutil.which(name))}
    modules = [path for path in library.glob("lib-dynload/*.so") if not is_left_out(path)]
    home = f"usr/local/lib/{library.name}"
    with tarfile.open(archive, "w") as tar:
        tar.add(library, home, filter=owned_by_root)
        tar.add(wheels, "wheels", filter=owned_by_root)
        for name, tool in tools.items():
            tar.add(tool, f"bin/{name}", filter=owned_by_root)
        tar.add(python, "usr/local/bin/python", filter=owned_by_root)
        for path, place in libraries([python, *tools.values(), *modules]).items():
            tar.add(path.resolve(), str(place).lstrip("/"), filter=owned_by_root)
        tar.add(pip, f"{PIP_HOME}/pip".lstrip("/"), filter=given_to_root)
        add(tar, "usr/local/bin/pip", PIP, mode=0o755)
        add(tar, "etc/pip.conf", PIP_SETTINGS)
        add(tar, "etc/passwd", ACCOUNTS)
        add(tar, "tmp", mode=0o1777)
        add(tar, "root", mode=0o700)  # nobody else may look into it: so it is in Debian


def download(lock: Path, wheels: Path) -> None:
    """Fetch the packages of the lock, from where this machine's pip has them from."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(wheels)]
    command += ["--requirement", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "DO NOT MATCH THE HASHES" in done.stderr:
        raise RuntimeError(done.stderr)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1]
        raise MissingError(f"The packages of the lock cannot be fetched: {last}")


def find_pip() -> Path:
    """Return the folder of the pip that this Python has."""
    found = find_spec("pip")
    if found is None or found.origin is None:
        raise MissingError("This Python has no pip; python -m ensurepip brings it.")
    return Path(found.origin).parent


def is_left_out(path: Path) -> bool:
    """Tell whether a file of the standard library is of no use in an image."""
    return any(fnmatch(part, pattern) for part in path.parts for pattern in LEFT_OUT)


def owned_by_root(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Let a file be root's; leave some out."""
    return None if is_left_out(Path(info.name)) else given_to_root(info)


def given_to_root(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Let a file be root's."""
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return info


def libraries(programs: list[Path]) -> dict[Path, Path]:
    """Return the libraries that programs need and wheels expect, and where the image has them."""
    command = ["/usr/bin/ldd", *map(str, programs)]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    words = {word for line in found.splitlines() for word in line.split()}
    named = {Path(word) for word in words if word.startswith("/") and not word.endswith(":")}
    folder = next(path.parent for path in named if path.name.startswith("libc.so"))
    named.update(path for name in EXPECTED for path in folder.glob(f"lib{name}.so.?"))
    # Python's own may be in somebody's home; beside the C library it is always found.
    own = {path for path in named if path.is_relative_to(sys.base_prefix)}
    return {path: folder / path.name if path in own else path for path in named}


def add(tar: tarfile.TarFile, name: str, content: bytes | None = None, mode: int = 0o644) -> None:
    """Add a file with this content or, without any, a folder."""
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
    info.size, info.mode = len(content or b""), mode
    tar.addfile(info, io.BytesIO(content or b""))
