"""The apps beside a lesson's own: found by a variable, seen in a log, gone with the lesson."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.serving import PLAIN_APP, Site, posix_only, until

pytestmark = posix_only
CARD = """
[[companions]]
name = "upstream"
app = "upstream:app"
variable = "UPSTREAM_URL"
"""
UPSTREAM = '''\
"""A made-up service."""
import os
import signal
import subprocess
import sys

from fastapi import FastAPI

app = FastAPI()
command = [sys.executable, "-c", "import time; time.sleep(1000)"]


def be_stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@app.get("/")
def read_root() -> dict:
    return {"upstream": os.getpid()}


@app.get("/crash")
def crash() -> None:
    print("about to crash")
    os._exit(7)


@app.get("/start")
def start() -> int:
    return subprocess.Popen(command, preexec_fn=be_stubborn).pid
'''
CALLER = '''\
"""A made-up app that calls its companion."""
import contextlib
import os
import urllib.request

from fastapi import FastAPI, Response


def ask(path: str) -> bytes:
    with urllib.request.urlopen(os.environ["UPSTREAM_URL"] + path) as answer:
        return answer.read()


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.first = ask("/")
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/first")
def read_first() -> Response:
    return Response(app.state.first)


@app.get("/ask{path:path}")
def pass_on(path: str) -> Response:
    return Response(ask(path))
'''
ANOTHER = """
[[companions]]
name = "another"
app = "caller:app"
variable = "ANOTHER_URL"
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    site.lesson({"main.py": CALLER, "upstream.py": UPSTREAM}, CARD)
    return site


def test_the_lesson_is_told_where_its_companion_is_and_can_call_it_at_once(site: Site) -> None:
    with site.serve() as served:
        url = served.wait_for(r"Serving upstream \(upstream:app\) at (\S+) — log in (\S+)\n")
        assert url[2] == ".tutor/logs/01_demo/upstream.log"
        assert '"GET / HTTP/1.1" 200' in (site.root / url[2]).read_text()
        first, later = served.get("/first").json(), served.get("/ask/").json()
        assert first == later
        assert first["upstream"] != served.process.pid
        assert served.stop() == 0
        assert served.processes() == []
        assert "Application shutdown complete" in (site.root / url[2]).read_text()
    assert {path.name for path in (site.root / "stages" / "01_demo").iterdir()} == {
        "lesson.toml",
        "main.py",
        "upstream.py",
    }


def test_a_companion_whose_variable_the_caller_set_is_not_started(site: Site) -> None:
    site.lesson({"main.py": PLAIN_APP}, CARD)
    with site.serve(env={"UPSTREAM_URL": "http://mine.example"}) as served:
        assert served.get().json()["env"]["UPSTREAM_URL"] == "http://mine.example"
        assert len(served.processes()) == 1
        assert "UPSTREAM_URL is set, so upstream is not started.\n" in served.text


def test_a_variable_that_is_empty_counts_as_not_set(site: Site) -> None:
    with site.serve(env={"UPSTREAM_URL": ""}) as served:
        served.wait_for(r"Serving upstream \(upstream:app\)")
        assert served.get("/first").status == 200


def test_companions_can_call_each_other(site: Site) -> None:
    site.lesson({"caller.py": CALLER}, ANOTHER + CARD)
    with site.serve() as served:
        served.wait_for(r"Serving another \(caller:app\)")
        assert served.get().status == 200


@pytest.mark.parametrize("flags", [(), ("reload",)])
def test_a_companion_that_crashes_ends_it_all_with_a_sentence(
    site: Site, flags: tuple[str, ...]
) -> None:
    with site.serve(*flags) as served:
        served.get("/ask/crash")
        assert served.ended() == 1
        told = served.text.partition("Error: ")[2]
        assert told.startswith("The companion upstream of 01_demo ended with exit code 7.\n")
        assert "about to crash\n" in told
        assert told.endswith("Its log is .tutor/logs/01_demo/upstream.log\n")
        assert served.processes() == []


def test_a_broken_companion_is_told_with_file_and_line(site: Site) -> None:
    (site.root / "stages/01_demo/upstream.py").write_text("app = 1 / 0\n")
    with site.serve() as served:
        assert served.ended() == 1
        assert "stages/01_demo/upstream.py, line 1:\n    app = 1 / 0\n" in served.text
        assert "ZeroDivisionError: division by zero" in served.text
        assert "Traceback" not in served.text
        assert served.processes() == []


def test_a_companion_lives_on_through_a_reload(site: Site) -> None:
    main = site.root / "stages" / "01_demo" / "main.py"
    with site.serve("reload") as served:
        first = served.get("/first").json()
        assert "A change in a companion's code shows after a new start" in served.text
        main.write_text(CALLER.replace('"/first"', '"/first-again"'))
        until(lambda: served.text.count("Serving 01_demo") == 2, "the line, again")
        assert served.get("/first-again").json() == first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_a_companion_started_ends_with_it(site: Site, number: signal.Signals) -> None:
    with site.serve() as served:
        child = served.get("/ask/start").json()
        os.kill(child, 0)  # it is there
        served.stop(number)
        until(lambda: child not in served.processes(), "the end of the companion's child")


def test_a_companion_has_docs_pages_that_need_no_internet(site: Site) -> None:
    with site.serve() as served:
        page = served.get("/ask/docs").body.decode()
        assert "offline-docs/swagger-ui.css" in page
        assert not re.search(r'(src|href)="https?:', page)
        assert served.get("/ask/offline-docs/swagger-ui.css").status == 200
