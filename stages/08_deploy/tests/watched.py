"""Processes that end with the tests, whatever ends those: a watcher stands beside each.

The watcher is this file, run as a program. It ends its process when its standard input ends: when
the tests let go of it, or are gone.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Any

PATIENCE = 60.0


def start(
    command: Sequence[object],
    number: int,
    account: Mapping[str, object],
    **options: Any,  # noqa: ANN401
) -> subprocess.Popen[bytes]:
    """Start a watcher, which starts the command as `account` and ends it with signal `number`."""
    watcher = [sys.executable, "-I", "-S", __file__, str(number), json.dumps(account)]
    return subprocess.Popen([*watcher, *map(str, command)], stdin=subprocess.PIPE, **options)


def stop(watcher: subprocess.Popen[bytes]) -> None:
    """Let go of a process, and wait until it has ended."""
    if watcher.stdin:
        watcher.stdin.close()
    watcher.wait(PATIENCE)


def watch(number: int, account: dict[str, Any], command: list[str]) -> int:
    """Be the watcher; return the exit status of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which then let go.
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, close_fds=False, start_new_session=True, **account
    )

    def end() -> None:
        sys.stdin.read()
        os.killpg(process.pid, number)

    Thread(target=end, daemon=True).start()
    return process.wait()


if __name__ == "__main__":
    sys.exit(watch(int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]))
