"""Who uses which connection: no worker gets what another one asked for."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from gunicorns import DEADLINE, LESSON, Gunicorn, paused, posix_only
from price_server import Upstream

pytestmark = posix_only


def test_a_worker_never_reads_the_answer_to_another_ones_question(
    running: Gunicorn, upstream: Upstream
) -> None:
    with running.client() as first, running.client() as second, ThreadPoolExecutor() as pool:
        asking = first.get("/worker").json()["process"]
        upstream.keep_back()
        apple = pool.submit(first.get, "/prices/apple")  # the same connection, so the same worker
        assert upstream.asked.wait(DEADLINE)
        with paused(asking):  # It has asked, and cannot read the answer yet.
            upstream.released.set()
            told = second.get("/prices/pear")  # The other worker takes this.
        apple.result(DEADLINE)

    assert told.json().get("cents") == 50, (
        f"A pear costs 50 cents, and the answer to /prices/pear was {told.text}: "
        "the worker read the answer to a question of the other worker"
    )


def test_importing_the_app_opens_no_connection(upstream: Upstream) -> None:
    subprocess.run(
        [sys.executable, "-c", "import main"],
        cwd=LESSON,
        env=os.environ | {"UPSTREAM_URL": upstream.url},
        check=True,
        timeout=DEADLINE,
    )
    opened = len(upstream.connections)

    assert opened == 0, (
        f"`import main` opened {opened} connection to the upstream: gunicorn imports before it "
        "forks, and all workers would inherit it"
    )


def test_one_worker_alone_gets_what_it_asked_for(running: Gunicorn) -> None:
    with running.client() as client:
        cents = [client.get(f"/prices/{sku}").json()["cents"] for sku in ("apple", "pear")]

    assert cents == [30, 50]
