"""What more workers bring to work for the processor alone: real gunicorns, measured in turns."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from cores import usable_cores

LESSON = Path(__file__).resolve().parent
PATH = "/primes/100000"
REQUESTS = 40  # in a batch
SECONDS = 30.0  # that a gunicorn may take to start


def rounds() -> int:
    """Return how many rounds are wanted; end with one sentence when that is no number."""
    wanted = os.environ.get("CLAIMS_ROUNDS", "7")
    try:
        number = int(wanted)
    except ValueError:
        number = 0
    if number < 1:
        sys.stderr.write("CLAIMS_ROUNDS has to be a whole number of at least 1.\n")
        raise SystemExit(2)
    return number


@contextmanager
def gunicorn(workers: int) -> Iterator[int]:
    """Run gunicorn with so many workers; give its port when all are ready."""
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("w+b") as log:
        process = subprocess.Popen(
            [sys.executable, "gunicorn_conf.py", "main:app"],
            cwd=LESSON,
            env=os.environ | {"PORT": "0", "WEB_CONCURRENCY": str(workers), "HOST": "127.0.0.1"},
            stdout=log,
            stderr=log,
        )
        try:
            yield port_of(process, Path(folder) / "log", workers)
        finally:
            process.terminate()
            process.wait()


def port_of(process: subprocess.Popen[bytes], log: Path, workers: int) -> int:
    """Wait until all workers are ready, and return the port that the kernel chose."""
    deadline = time.monotonic() + SECONDS
    while (text := log.read_text()).count("Application startup complete.") < workers:
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"gunicorn did not start:\n{text}")
        time.sleep(0.02)
    return int(re.findall(r"Listening at: http://127\.0\.0\.1:(\d+)", text)[0])


def ask(port: int) -> None:
    """Send one request over a connection of its own: any worker may take it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", PATH)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"{PATH} answered {answer.status}.")
    finally:
        connection.close()


def batch(port: int, at_once: int) -> float:
    """Return the seconds that a batch takes, with so many requests at once."""
    start = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(ask, [port] * REQUESTS))
    return time.perf_counter() - start


def measure(counts: list[int]) -> dict[int, list[float]]:
    """Return the seconds of a batch for each number of workers, round by round."""
    wanted = rounds()
    samples: dict[int, list[float]] = {count: [] for count in counts}
    with ExitStack() as stack:
        ports = {count: stack.enter_context(gunicorn(count)) for count in samples}
        for number in range(wanted + 1):  # the first warms up
            for count, port in ports.items():
                seconds = batch(port, at_once=2 * max(counts))
                if number:
                    samples[count].append(round(seconds, 4))
            if number:
                last = ", ".join(f"{taken[-1]:.2f} s with {n}" for n, taken in samples.items())
                sys.stderr.write(f"Round {number} of {wanted}: {last}\n")
    return samples


def claims() -> list[dict[str, object]]:
    """Measure, and return what is said of it."""
    cores = usable_cores()
    many = 2 * cores + 1
    samples = measure([1, cores, many])
    shared: dict[str, object] = {"unit": "s", "better": "lower", "measures": "ratio"}
    return [
        shared
        | {
            "name": f"A batch of CPU work: 1 worker against {cores}, one a core",
            "stated": cores,
            "said_in": "nearly everywhere: throughput grows with the workers",
            "right": samples[cores],
            "naive": samples[1],
        },
        shared
        | {
            "name": f"The same: {cores} workers against {many}, 2 x cores + 1",
            "stated": [1.2, many / cores],
            "said_in": "what gunicorn's formula 2 x cores + 1 is taken to promise to any app",
            "right": samples[many],
            "naive": samples[cores],
        },
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"format": 1, "claims": claims()}))
