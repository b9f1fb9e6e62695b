"""The server that forks: what it imports, and that nothing outlives it, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lesson_maker import has_ended, make_lesson, run_lessons, wait_for
from tutor import testing
from tutor.catalog import ROOT, Catalog
from tutor.errors import TutorError
from tutor.workers import FRESH, ForkedWorkers, Job

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")

# Starts a process of its group, and one in a session of its own that has lost its parent.
LEAVES_PROCESSES = """
    import os, subprocess, sys, time
    from pathlib import Path

    SLEEP = "import os, pathlib, time; pathlib.Path('pid-%s').write_text(str(os.getpid())); "
    SLEEP += "time.sleep(600)"
    AWAY = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP % 'away'!r}], "
    AWAY += "start_new_session=True)"

    def test_leaves_processes():
        near = subprocess.Popen([sys.executable, "-c", SLEEP % "near"])
        subprocess.run([sys.executable, "-c", AWAY], check=True)
        Path("pid-self").write_text(str(os.getpid()))
        while not all(Path(f"pid-{name}").exists() and Path(f"pid-{name}").read_text()
                      for name in ("near", "away")):
            time.sleep(0.01)
        near.returncode = 0  # or its ResourceWarning would be the failure
        Path("ready").touch()
        END
"""
PROGRAM = """
import sys
from pathlib import Path
from tutor import testing
from tutor.catalog import Catalog
catalog = Catalog(Path(sys.argv[1]))
testing.test_lessons(catalog.lessons, catalog)
"""


def leaving_lesson(root: Path, end: str) -> Path:
    return make_lesson(root, "01_only", textwrap.dedent(LEAVES_PROCESSES).replace("END", end))


def left_pids(folder: Path) -> dict[str, int]:
    return {path.name: int(path.read_text(encoding="utf-8")) for path in folder.glob("pid-*")}


@pytest.fixture
def _no_process_left(tmp_path: Path) -> Iterator[None]:
    """End what a failing test has left."""
    yield
    for pid in left_pids(tmp_path / "stages" / "01_only").values():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.usefixtures("_no_process_left")
@pytest.mark.parametrize("end", ["pass", "os._exit(0)", "time.sleep(600)", "os.abort()"])
def test_what_tests_start_ends_with_them_also_in_a_session_of_its_own(
    tmp_path: Path, end: str
) -> None:
    folder = leaving_lesson(tmp_path, end)
    catalog = Catalog(tmp_path)
    left: list[str] = []

    def look(event: testing.Event) -> None:
        if isinstance(event, testing.Ended):
            left.extend(name for name, pid in left_pids(folder).items() if not has_ended(pid))

    testing.test_lessons(catalog.lessons, catalog, time_limit=3, on_event=look)

    assert left_pids(folder).keys() == {"pid-near", "pid-away", "pid-self"}
    assert left == []


@pytest.mark.usefixtures("_no_process_left")
@pytest.mark.parametrize("fresh", ["0", "1"], ids=["forked", "fresh"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_one_that_asked(
    tmp_path: Path, sent: signal.Signals, fresh: str
) -> None:
    folder = leaving_lesson(tmp_path, "time.sleep(600)")
    asking = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {FRESH: fresh},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for((folder / "ready").exists, "the test is under way")
        server = children(asking.pid)
        asking.send_signal(sent)
        asking.wait(30)
    finally:
        asking.kill()
        asking.wait()

    pids = left_pids(folder)
    if fresh == "1":  # a process in a session of its own is found only by the fork server
        os.kill(pids.pop("pid-away"), signal.SIGKILL)
    left = (*pids.values(), *server)
    wait_for(lambda: all(map(has_ended, left)), f"the end of {pids} and {server}")


def children(pid: int) -> list[int]:
    """Return the children of a process, which are the server or the lesson's fresh process."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    assert text, "it has no children"
    return [int(child) for child in text.split()]


@pytest.mark.usefixtures("_no_process_left")
def test_a_server_that_is_killed_takes_the_lessons_process_along(tmp_path: Path) -> None:
    tests = """
        import os, signal, time
        from pathlib import Path

        def test_a():
            Path("pid-self").write_text(str(os.getpid()))
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(600)
    """
    folder = make_lesson(tmp_path, "01_only", tests)

    with pytest.raises(TutorError, match="The process that tests the lessons ended"):
        run_lessons(tmp_path)

    [pid] = left_pids(folder).values()
    wait_for(lambda: has_ended(pid), "the end of the lesson's process")


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    workers = ForkedWorkers([])
    try:
        with pytest.raises(TutorError, match="No module named 'encodings'"):
            workers.next_report()
    finally:
        workers.close()


def test_the_processes_of_lessons_hold_none_of_the_servers_pipes(tmp_path: Path) -> None:
    tests = """
        import os, time
        from pathlib import Path

        def test_a():
            Path("here").touch()
            while not all(Path(f"../{name}/here").exists() for name in ("01_a", "02_b")):
                time.sleep(0.01)
            kinds = [os.readlink(f"/proc/self/fd/{fd}").partition(":")[0]
                     for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]
            assert kinds.count("pipe") == 1, kinds
    """
    for name in ("01_a", "02_b"):
        make_lesson(tmp_path, name, tests)

    results = run_lessons(tmp_path)

    assert [failure.message for result in results for failure in result.failures] == []


def test_importing_what_is_preloaded_gives_no_warning() -> None:
    """The server imports these once; a warning at that moment would escape the lessons' tests."""
    modules = [module for modules in testing.PRELOADED.values() for module in modules]
    program = f"""
        import importlib, _pytest
        from tutor import fork_server
        for name in (*fork_server.ALWAYS, *{modules!r}):
            importlib.import_module(name)
    """

    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")


def test_modules_that_print_or_cannot_be_imported_do_not_harm_the_server(tmp_path: Path) -> None:
    folder = make_lesson(tmp_path, "01_only", "def test_a(): pass")
    workers = ForkedWorkers(["not_there", "this"])
    events: list[str] = []
    try:
        workers.start(Job(7, str(folder), (), str(tmp_path / "cache"), {}, 30.0))
        while "exit" not in events:
            report = workers.next_report()
            assert report["job"] == 7
            events.append(report["event"])
    finally:
        workers.close()

    assert events == ["collected", "start", "result", "end", "exit"]
