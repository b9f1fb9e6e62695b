import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.first_run import await_true, make_wheel
from tutor import display, notebooks
from tutor.catalog import ROOT, Catalog, Lesson
from tutor.errors import MisuseError, TutorError
from tutor.notebooks import LOCK, NOTEBOOK, NotebookResult, execute

BUILT = ROOT / ".tutor" / "notebook"
CHROMIUM = Path("/usr/bin/chromium")
EXECUTE = """
import sys; from pathlib import Path; from tutor import catalog, notebooks
lessons = catalog.Catalog(Path(sys.argv[1])); notebooks.execute(lessons.lessons[0], lessons)
"""
OPEN = """
import sys; from pathlib import Path; from tutor import catalog, notebooks
lessons = catalog.Catalog(Path(sys.argv[1]))
sys.exit(notebooks.open_notebook(lessons.lessons[0], lessons))
"""
TELL_PID = "import os, pathlib\npathlib.Path('../../pid').write_text(str(os.getpid()))"

if TYPE_CHECKING:
    from playwright.sync_api import Route

needs_notebooks = pytest.mark.skipif(
    not (notebooks.installed() or BUILT.is_dir()),
    reason=f"needs the packages of {LOCK}: tutor_cli notebook 01 installs them",
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return a checkout with one lesson, `01_made_up`, that has no notebook yet."""
    folder = tmp_path / "checkout" / "stages" / "01_made_up"
    folder.mkdir(parents=True)
    (folder / "lesson.toml").touch()
    root = folder.parent.parent
    if not notebooks.installed() and BUILT.is_dir():
        (root / ".tutor").mkdir()
        (root / ".tutor" / "notebook").symlink_to(BUILT)
        (root / LOCK).write_bytes((ROOT / LOCK).read_bytes())
    return Catalog(root)


def write(catalog: Catalog, *cells: str) -> Path:
    """Write a notebook of these code cells, after one of text; return its path."""
    code: dict[str, object] = {"cell_type": "code", "execution_count": None, "outputs": []}
    text = {"cell_type": "markdown", "id": "text", "metadata": {}, "source": "# not attempted"}
    rows = [
        {**code, "id": f"c{number}", "metadata": {}, "source": source}
        for number, source in enumerate(cells)
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel}
    book = {"cells": [text, *rows], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path = catalog.lessons[0].folder / NOTEBOOK
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def run(catalog: Catalog, *cells: str, cell_seconds: int = 60) -> NotebookResult:
    write(catalog, *cells)
    return execute(catalog.lessons[0], catalog, cell_seconds)


def snapshot(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def processes(word: str) -> list[int]:
    """Return the processes whose command line has `word`, but for this one."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in line.read_bytes() and int(line.parent.name) != os.getpid():
                found.append(int(line.parent.name))
        except OSError:
            continue
    return found


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@needs_notebooks
def test_a_good_notebook_passes_in_its_folder_and_leaves_it_as_it_was(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    folder = catalog.lessons[0].folder
    (folder / "helper.py").write_text("ANSWER = 42\n")
    write(
        catalog,
        "import helper",
        "",
        "assert helper.ANSWER == 42",
        "print('Exercise 1: not attempted')",
        "from IPython.display import HTML\nHTML('<b>Not attempted</b>')",
        "print('Exercise 3: passed')",
    )
    before = snapshot(folder)
    result = execute(catalog.lessons[0], catalog)
    assert result.problems == ()
    assert result.passed
    assert (result.cells, result.not_attempted) == (5, 2)
    assert result.notebook == f"stages/01_made_up/{NOTEBOOK}"
    assert snapshot(folder) == before


@needs_notebooks
def test_an_exercise_that_is_not_right_yet_is_told_and_fails(
    catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = ("print('not attempted')", "print('Exercise 2')\nprint('missing: a list')", "1")

    assert display.notebook_result(run(catalog, *cells)) == 1
    wrong, verdict = capsys.readouterr().out.splitlines()
    assert wrong == "1 exercise is not right yet: cell [2], missing: a list"
    assert "failed: 3 cells in" in verdict
    assert verdict.endswith("s, 1 exercise not attempted")


@needs_notebooks
def test_an_exercise_that_is_not_attempted_or_passed_fails_nothing(
    catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = ("print('not attempted')", "print('passed')", "print('Nothing is missing: good.')")

    assert display.notebook_result(run(catalog, *cells)) == 0
    assert "passed: 3 cells in" in capsys.readouterr().out


@needs_notebooks
def test_an_error_is_told_with_its_cell_and_ends_the_run(catalog: Catalog) -> None:
    result = run(catalog, "x = 1", "# Divide\nx / 0", "open('later', 'w').close()")
    assert not result.passed
    assert result.problems == ('cell [2] "# Divide" raises ZeroDivisionError: division by zero',)


@needs_notebooks
@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("x = 1\nlock = Lokc()\n", "raises NameError in broken.py, line 2: name 'Lokc' is not"),
        ("x = 1\ny = (\n", "raises SyntaxError in broken.py, line 2: '(' was never closed"),
    ],
)
def test_an_error_in_the_lessons_own_code_names_its_file_and_line(
    catalog: Catalog, broken: str, problem: str
) -> None:
    path = write(catalog, "import html\nimport broken")
    (path.parent / "broken.py").write_text(broken, encoding="utf-8")

    result = execute(catalog.lessons[0], catalog)

    assert len(result.problems) == 1
    assert problem in result.problems[0]

    assert not (catalog.lessons[0].folder / "later").exists()


@needs_notebooks
def test_warnings_and_standard_error_are_problems_of_their_cells(catalog: Catalog) -> None:
    (catalog.lessons[0].folder / "old.py").write_text(
        "import warnings\nwarnings.warn('is old', DeprecationWarning, stacklevel=1)\n"
    )
    result = run(
        catalog,
        "import old",
        "import asyncio\nawait asyncio.sleep(0)",
        "import sys\nprint('\\noh\\nno', file=sys.stderr)",
        "import warnings\nwarnings.warn('take care')",
    )
    assert result.problems == (
        'cell [1] "import old" warns: DeprecationWarning: is old',
        'cell [3] "import sys" writes to standard error: oh',
        'cell [4] "import warnings" warns: UserWarning: take care',
    )


@needs_notebooks
@linux
def test_a_cell_that_hangs_is_told_and_its_kernel_is_gone(catalog: Catalog) -> None:
    result = run(catalog, TELL_PID, "while True:\n    pass", cell_seconds=2)
    assert result.problems == ('cell [2] "while True:" is still running after 2 seconds',)
    assert not processes(str(catalog.root))
    assert not Path("/proc", (catalog.root / "pid").read_text()).exists()


@needs_notebooks
def test_a_cell_that_ends_the_interpreter_is_told(catalog: Catalog) -> None:
    result = run(catalog, "import os\nos._exit(0)")
    assert result.problems == ('cell [1] "import os" ends the interpreter',)


@needs_notebooks
def test_a_cell_that_asks_the_reader_does_not_wait_for_ever(catalog: Catalog) -> None:
    assert "StdinNotImplementedError" in run(catalog, "input('Your name? ')").problems[0]


@needs_notebooks
def test_stored_outputs_and_counts_are_problems(catalog: Catalog) -> None:
    path = write(catalog, "1 + 1", "2 + 2", "3 + 3")
    book = json.loads(path.read_text())
    book["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "2"}]
    book["cells"][3]["execution_count"] = 7
    path.write_text(json.dumps(book))
    assert execute(catalog.lessons[0], catalog).problems == (
        'cell [1] "1 + 1" is stored with outputs or an execution count',
        'cell [3] "3 + 3" is stored with outputs or an execution count',
    )


@needs_notebooks
@pytest.mark.parametrize("text", ["", "not JSON", "{}", "[]", '{"cells": [{}], "nbformat": 4}'])
def test_a_file_that_is_no_notebook_is_one_problem(catalog: Catalog, text: str) -> None:
    write(catalog).write_text(text)
    [problem] = execute(catalog.lessons[0], catalog).problems
    assert problem.startswith("it is not a valid notebook: ")
    assert not problem.endswith(": ")


@needs_notebooks
def test_the_kernel_is_that_of_the_packages_whatever_is_installed(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "foreign" / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": ["no-such-python"], "display_name": "P", "language": "p"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "foreign"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "foreign"))
    assert run(catalog, "import nbclient").problems == ()


@needs_notebooks
def test_two_notebooks_run_at_once(catalog: Catalog) -> None:
    other = catalog.root / "stages" / "02_made_up"
    other.mkdir()
    (other / "lesson.toml").touch()
    wait = (
        "import pathlib, time\nmine = pathlib.Path('../{0}')\nmine.touch()\n"
        "end = time.monotonic() + 50\n"
        "while not pathlib.Path('../{1}').exists():\n"
        "    assert time.monotonic() < end\n    time.sleep(0.01)"
    )
    write(catalog, wait.format("b", "a")).rename(other / NOTEBOOK)
    write(catalog, wait.format("a", "b"))
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda lesson: execute(lesson, catalog), catalog.lessons))
    assert [result.problems for result in results] == [(), ()]


@needs_notebooks
@linux
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_nothing_runs_on_when_the_tool_is_ended(catalog: Catalog, end: signal.Signals) -> None:
    write(catalog, TELL_PID, "while True:\n    pass")
    note = catalog.root / "pid"
    process = start(EXECUTE, catalog, catalog.root)
    try:
        await_true(lambda: note.exists() and note.read_text())
        process.send_signal(end)
        process.communicate(timeout=60)
        await_true(lambda: not Path("/proc", note.read_text()).exists())
        await_true(lambda: not processes(str(catalog.root)))
    finally:
        process.kill()
        process.communicate()
        kill(processes(str(catalog.root)))


def test_a_lesson_without_a_notebook_says_which_have_one(catalog: Catalog) -> None:
    lesson = catalog.lessons[0]
    with pytest.raises(MisuseError) as none:
        notebooks.open_notebook(lesson, catalog)
    assert none.value.what == "01_made_up has no notebook."
    assert none.value.way_out == "No lesson has one."
    other = catalog.root / "stages" / "02_other"
    other.mkdir()
    (other / "lesson.toml").touch()
    (other / NOTEBOOK).touch()
    with pytest.raises(MisuseError) as one:
        execute(lesson, Catalog(catalog.root))
    assert one.value.way_out == "These lessons have one: 02_other."


def test_an_environment_is_built_from_the_lock_when_the_packages_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "stages" / "01_made_up"
    folder.mkdir(parents=True)
    (folder / "lesson.toml").touch()
    catalog = Catalog(tmp_path)
    write(catalog)
    (tmp_path / LOCK).write_text(make_wheel(tmp_path / "wheels", "alpha"))
    monkeypatch.setattr(notebooks, "PACKAGES", ("a_package_that_nobody_has",))
    monkeypatch.setenv("PATH", str(tmp_path))  # no uv: pip knows the folder of wheels
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    with pytest.raises(TutorError) as error:
        execute(catalog.lessons[0], catalog)
    environment = catalog.state / "notebook"
    assert list(environment.rglob("alpha/module_0.py"))
    # The lock of this test has no nbclient, and that is what the environment's own Python says.
    assert error.value.what.startswith("The notebook's environment does not work: ModuleNotFound")
    assert LOCK in error.value.way_out
    assert notebooks.ready(catalog)


def pins(name: str) -> dict[str, set[str]]:
    """Return the versions that a lock has of each package.

    Without their markers: what a lesson needs on Windows alone, JupyterLab may need everywhere.
    """
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==(\S+)", line):
            found.setdefault(match[1], set()).add(match[2])
    return found


def test_the_notebooks_lock_has_every_package_of_the_lessons_in_the_same_version() -> None:
    lessons, books = pins("requirements.lock"), pins(LOCK)
    assert lessons
    assert {name: books.get(name) for name in lessons} == lessons
    assert {"jupyterlab", "nbclient", "ipykernel"} <= set(books)


@needs_notebooks
@pytest.mark.parametrize("lesson", Catalog().stages, ids=lambda lesson: lesson.name)
def test_the_walkthrough_of_a_stage_runs_from_top_to_bottom(lesson: Lesson) -> None:
    result = execute(lesson, Catalog())
    assert result.problems == ()
    assert result.missing == ()
    assert result.not_attempted


def start(script: str, catalog: Catalog, home: Path) -> subprocess.Popen[str]:
    """Start a command of the tool in a session of its own, in which Ctrl-C works."""
    return subprocess.Popen(
        [sys.executable, "-c", script, str(catalog.root)],
        env={**os.environ, "HOME": str(home), "BROWSER": "true", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=restore_interrupts,
    )


def restore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def jupyterlab(catalog: Catalog, home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield JupyterLab, opened on the lesson's notebook, and the address that it tells."""
    process = start(OPEN, catalog, home)
    try:
        assert process.stdout
        told = (re.search(r"http://127\.0\.0\.1:\S+", line) for line in process.stdout)
        address = next(match[0] for match in told if match)
        await_true(lambda: get(address))
        yield process, address
    finally:
        process.kill()
        process.communicate()
        kill(processes(str(catalog.root)))


def get(address: str, token: str = "", body: object = None) -> str:
    """Return what the address answers, or nothing while nobody listens there."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"token {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, headers)  # noqa: S310 # always http, made here
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            text: str = answer.read().decode()
            return text
    except urllib.error.HTTPError:
        raise
    except urllib.error.URLError:
        return ""


@needs_notebooks
@linux
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_jupyterlab_opens_on_the_notebook_and_a_signal_ends_all_of_it(
    catalog: Catalog, tmp_path: Path, end: signal.Signals
) -> None:
    write(catalog, "1 + 1")
    folder, home = catalog.lessons[0].folder, tmp_path / "home"
    before = snapshot(folder)
    with jupyterlab(catalog, home) as (process, address):
        site, path, token = re.split(r"(/lab.*)\?token=", address)
        assert path == f"/lab/tree/stages/01_made_up/{NOTEBOOK}"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            get(f"{site}/api/contents")
        file = f"stages/01_made_up/{NOTEBOOK}"
        get(f"{site}/api/contents/{file}/checkpoints", token, {})
        session = {"path": file, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        kernel = json.loads(get(f"{site}/api/sessions", token, session))["kernel"]["id"]
        await_true(lambda: processes(kernel))
        pid = processes(kernel)[0]
        await_true(lambda: Path(f"/proc/{pid}/cwd").resolve() == folder)
        process.send_signal(end)
        process.communicate(timeout=60)
        assert process.returncode == 0
        await_true(lambda: not processes(str(catalog.root)))
    assert snapshot(folder) == before
    assert (catalog.state / "jupyter/checkpoints" / file).parent.is_dir()
    assert not home.exists()


@pytest.mark.once  # what JupyterLab's page fetches is the matter of its scripts
@needs_notebooks
@linux
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")
def test_jupyterlab_asks_nothing_of_the_internet(catalog: Catalog, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    write(catalog, "1 + 1")
    outside: list[str] = []

    def watch(route: "Route") -> None:
        if route.request.url.startswith("http://127.0.0.1:"):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    with jupyterlab(catalog, tmp_path / "home") as (_, address), playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False)
        try:
            page = browser.new_page()
            page.route("**/*", watch)
            page.goto(address)
            page.get_by_role("tab", name=NOTEBOOK).wait_for(timeout=60_000)
            page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
            assert page.get_by_text("official Jupyter news").count() == 0
        finally:
            browser.close()
    assert outside == []
