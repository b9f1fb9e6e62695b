"""Serving a lesson: what is said, what the app is given, how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.serving import PLAIN_APP, Site, posix_only, until
from tutor.errors import MisuseError, TutorError
from tutor.listening import listen
from tutor.running import RunOptions, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Served

pytestmark = posix_only
STREAM = """\
import asyncio

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


@app.get("/")
async def stream() -> StreamingResponse:
    async def ticks():
        while True:
            yield b"tick"
            await asyncio.sleep(0.01)

    return StreamingResponse(ticks())
"""
BLOCKING = """\
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def block() -> None:
    print("blocking now", flush=True)
    time.sleep(1000)
"""
NEVER_STARTS = """\
import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI):
    print("starting for ever", flush=True)
    await asyncio.sleep(1000)
    yield


app = FastAPI(lifespan=lifespan)
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Served]]:
    """One lesson, served once, for the tests that only look at it."""
    site = Site(tmp_path_factory.mktemp("plain"))
    site.lesson(
        card="""
        [run.environment]
        SECRET_KEY = "{secret_key}"
        DATABASE_URL = "sqlite:///{state}/tasks.db"
        GREETING = "hello"
        [run.server]
        server_header = false
        """
    )
    with site.serve(env={"GREETING": "mine", "OTHER": "reached"}) as served:
        yield site, served


def test_the_line_says_what_is_served_where(plain: tuple[Site, Served]) -> None:
    url = plain[1].url
    line = f"Serving 01_demo (main:app) at {url} — docs at {url}/docs — stop with Ctrl-C\n"
    assert line in plain[1].text
    assert plain[1].get().status == 200


def test_requests_are_logged_but_those_of_the_docs_pages_files(plain: tuple[Site, Served]) -> None:
    assert plain[1].get("/offline-docs/favicon.png").status == 200
    assert plain[1].get("/unknown?q=1").status == 404
    plain[1].wait_for(r'"GET /unknown\?q=1 HTTP/1.1" 404')
    assert "favicon" not in plain[1].text


def test_the_app_gets_the_cards_variables_and_the_callers_win(plain: tuple[Site, Served]) -> None:
    site, served = plain
    environment = served.get().json()["env"]
    assert environment["DATABASE_URL"] == f"sqlite:///{site.root}/.tutor/01_demo/tasks.db"
    assert (site.root / ".tutor" / "01_demo").is_dir()
    assert environment["GREETING"] == "mine"
    assert environment["OTHER"] == "reached"
    key = site.root / ".tutor" / "keys" / "01_demo"
    assert environment["SECRET_KEY"] == key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_app_runs_in_its_folder_and_cannot_import_the_checkout(
    plain: tuple[Site, Served],
) -> None:
    site, served = plain
    seen = served.get().json()
    folder = str(site.root / "stages" / "01_demo")
    assert seen["cwd"] == folder
    assert seen["path"][0] == folder
    assert str(site.root) not in seen["path"]


def test_the_cards_server_options_reach_uvicorn(plain: tuple[Site, Served]) -> None:
    assert "server" not in plain[1].get().headers


def test_nothing_is_written_into_the_lesson(plain: tuple[Site, Served]) -> None:
    site, served = plain
    served.get()
    written = {path.name for path in (site.root / "stages" / "01_demo").rglob("*")}
    assert written == {"main.py", "lesson.toml"}
    assert {path.name for path in site.root.iterdir()} == {"serve.py", "stages", ".tutor"}


def test_an_app_without_docs_stays_without(site: Site) -> None:
    bare = "from fastapi import FastAPI\napp = FastAPI(docs_url=None, redoc_url=None)\n"
    site.lesson({"bare.py": bare}, 'also = ["bare:app"]')
    with site.serve("app=bare:app") as served:
        assert f"(bare:app) at {served.url} — stop with Ctrl-C\n" in served.text
        assert (served.get("/docs").status, served.get("/redoc").status) == (404, 404)


def test_an_app_that_the_card_does_not_name_is_a_misuse(site: Site) -> None:
    lesson = site.lesson(card='also = ["hello:app"]')
    with pytest.raises(MisuseError, match="no app 'helo:app'") as caught:
        serve(lesson, site.catalog, RunOptions(app="helo:app"))
    assert caught.value.way_out == "It has: main:app, hello:app"


@pytest.mark.parametrize("name", ["wrokers", "port", "reload_dirs"])
def test_a_server_option_that_is_not_to_be_set_names_the_card(site: Site, name: str) -> None:
    lesson = site.lesson(card=f"[run.server]\n{name} = 1")
    with pytest.raises(TutorError, match=rf"stages/01_demo/lesson\.toml: run\.server: '{name}'"):
        serve(lesson, site.catalog, RunOptions(port=0))


def test_a_busy_port_without_a_terminal_is_an_error(site: Site) -> None:
    site.lesson()
    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with site.serve(port=port) as served:
            assert served.ended() == 1
            assert served.text.startswith(f"Error: Port {port} is in use.\nThe next free one is ")


def test_a_busy_port_in_a_terminal_is_asked_about(site: Site, terminal: tuple[int, int]) -> None:
    screen, tty = terminal
    site.lesson()
    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with site.serve(port=port, tty=tty) as served:
            _read_until(screen, "instead?")
            os.write(screen, b"y\n")
            shown = _read_until(screen, "stop with Ctrl-C")
            other = re.search(r"Serving 01_demo \(main:app\) at http://127.0.0.1:(\d+)", shown)
            assert other
            assert int(other[1]) > port
            assert served.stop() == 0


def test_lines_fit_a_terminal_of_60_columns(site: Site, terminal: tuple[int, int]) -> None:
    screen, tty = terminal
    site.lesson()
    with site.serve(tty=tty):
        lines = _read_until(screen, "stop with Ctrl-C").splitlines()
        assert max(map(len, lines)) <= 60, lines
        assert lines[-2].startswith("  docs at http://127.0.0.1:")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Open a terminal that is 60 columns wide: the end of a person, the end of a program."""
    import termios

    screen, tty = os.openpty()
    termios.tcsetwinsize(tty, (24, 60))
    yield screen, tty
    os.close(tty)
    os.close(screen)


def _read_until(screen: int, text: str) -> str:
    shown = ""
    while text not in shown:
        shown += os.read(screen, 4096).decode()
    return shown


def test_the_commands_before_serving_run_in_the_lesson(site: Site) -> None:
    script = "import os, pathlib\npathlib.Path(os.environ['WHERE']).write_text(os.getcwd())\n"
    card = '[run]\nbefore = [["migrate"]]\n[run.environment]\nWHERE = "{state}/made"\n'
    lesson = site.lesson({"migrate.py": script}, card)
    with site.serve() as served:
        assert served.url
        assert (site.root / ".tutor/01_demo/made").read_text() == str(lesson.folder)
        assert not (lesson.folder / "__pycache__").exists()


def test_a_command_before_serving_that_fails_is_shown_and_stops_it(site: Site) -> None:
    card = '[run]\nbefore = [["migrate", "head"]]\n'
    site.lesson({"migrate.py": "import sys\nsys.exit('no database')\n"}, card)
    with site.serve() as served:
        assert served.ended() == 1
        what = "python -m migrate head failed with exit code 1, so 01_demo is not served."
        assert f"Error: {what}\nno database\n" in served.text
        assert "Serving" not in served.text


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_with_nothing_left(site: Site, name: str) -> None:
    site.lesson()
    with site.serve() as served:
        assert served.get().status == 200
        assert served.stop(getattr(signal, name)) == 0
        assert served.processes() == []
        assert "Traceback" not in served.text


@pytest.mark.parametrize("flags", [(), ("reload",)])
def test_ctrl_c_in_a_terminal_reaches_every_process_and_ends_quietly(
    site: Site, flags: tuple[str, ...]
) -> None:
    site.lesson()
    with site.serve(*flags) as served:
        assert served.get().status == 200
        os.killpg(served.process.pid, signal.SIGINT)
        assert served.ended() == 0
        assert served.processes() == []
        for complaint in ("Traceback", "Error", "next save"):
            assert complaint not in served.text


def test_a_hangup_that_nohup_had_ignored_stays_ignored(site: Site) -> None:
    told = "import signal\n" + PLAIN_APP.replace("os.getpid()", "signal.getsignal(signal.SIGHUP)")
    site.lesson({"main.py": told})
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        served = site.serve()
    finally:
        signal.signal(signal.SIGHUP, before)
    with served:
        assert served.get().json()["pid"] == signal.SIG_IGN


def test_an_open_stream_is_ended_without_a_traceback(site: Site) -> None:
    site.lesson({"main.py": STREAM})
    with site.serve() as served:
        host, port = served.url.removeprefix("http://").split(":")
        with closing(socket.create_connection((host, int(port)))) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            assert served.stop() == 0
        assert "Traceback" not in served.text


def test_ctrl_c_again_ends_a_lesson_that_blocks_its_event_loop(site: Site) -> None:
    site.lesson({"main.py": BLOCKING})
    with site.serve() as served:
        host, port = served.url.removeprefix("http://").split(":")
        with closing(socket.create_connection((host, int(port)))) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            served.wait_for("blocking now")

            def interrupted_to_the_end() -> bool:
                served.process.send_signal(signal.SIGINT)
                return served.process.poll() is not None

            until(interrupted_to_the_end, "the end")
        assert served.ended() == 0
        assert "did not stop in time" in served.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("app", "sign"),
    [
        (NEVER_STARTS, "starting for ever"),
        (
            "import time\nprint('loading for ever', flush=True)\ntime.sleep(1000)",
            "loading for ever",
        ),
    ],
)
def test_a_signal_ends_a_lesson_that_never_starts(
    site: Site, app: str, sign: str, number: signal.Signals
) -> None:
    site.lesson({"main.py": app})
    with site.serve() as served:
        served.wait_for(sign)
        assert served.stop(number) == 0
        assert "did not stop in time" not in served.text
        assert "Traceback" not in served.text


def test_a_save_is_served_anew_and_a_broken_one_is_explained(site: Site) -> None:
    main = site.lesson().folder / "main.py"
    with site.serve("reload") as served:
        first = served.get().json()["pid"]
        main.write_text(PLAIN_APP + "x = (\n")
        served.wait_for(
            r"Error: stages/01_demo/main\.py, line 13:\n    x = \(\n"
            r"SyntaxError: '\(' was never closed\nRequests wait until the next save\.\n"
        )
        main.write_text(PLAIN_APP.replace('"/"', '"/new"'))
        until(lambda: served.text.count("Serving 01_demo") == 2, "the line, again")
        assert served.get("/new").json()["pid"] != first
        assert served.stop() == 0
        assert served.processes() == []
        assert "Traceback" not in served.text
    assert not (main.parent / "__pycache__").exists()


@pytest.mark.parametrize("flags", [(), ("reload",)])
def test_killing_it_leaves_no_process(site: Site, flags: tuple[str, ...]) -> None:
    card = '[[companions]]\nname = "other"\napp = "main:app"\nvariable = "OTHER_URL"\n'
    site.lesson(card=card)
    with site.serve(*flags) as served:
        assert served.get().status == 200
        assert len(served.processes()) >= 2 + len(flags)
        served.stop(signal.SIGKILL)
        until(lambda: not served.processes(), "the end of all processes")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a real browser would open")
def test_the_docs_page_is_opened_in_the_browser(site: Site) -> None:
    site.lesson()
    with site.serve("open", env={"BROWSER": _browser(site)}) as served:
        served.wait_for(f"opened {served.url}/docs\n")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a real browser would open")
def test_a_reload_opens_no_second_page(site: Site) -> None:
    main = site.lesson().folder / "main.py"
    with site.serve("open", "reload", env={"BROWSER": _browser(site)}) as served:
        served.wait_for(f"opened {served.url}/docs\n")
        for number in (2, 3):  # by the third start, a page of the second would be open
            main.write_text(f"{PLAIN_APP}# {number}\n")
            served.wait_for(f"(?s)(Serving.*){{{number}}}")
        assert served.text.count("opened ") == 1


def _browser(site: Site) -> str:
    """Return the command of a browser that only says what it opened."""
    browser = site.root / "browser"
    browser.write_text(f"#!{sys.executable}\nimport sys\nprint('opened', sys.argv[1])\n")
    browser.chmod(0o755)
    return f"{browser} %s"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a real browser would open")
def test_a_missing_browser_is_a_note(site: Site) -> None:
    site.lesson()
    with site.serve("open", env={"BROWSER": "", "PATH": str(site.root)}) as served:
        served.wait_for(f"No browser could be opened. The page is {served.url}/docs\n")
        assert served.get().status == 200
