"""READMEs made up to be right or wrong: the runner accepts the right ones and names the faults."""

from __future__ import annotations

import errno
import os
import re
import socket
import time
from pathlib import Path

import pytest

from tests.readme_blocks import BlockError, headings, matches, read_blocks
from tests.readme_runner import run_readme
from tests.readme_terminal import TEST_OUTPUT, ProgramMissingError, readers_environment

APP = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        start = {"type": "http.response.start", "status": 200, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": b"hello from " + PLACE})
"""
SILENT = """
import os, threading
print(f"pid {os.getpid()}", flush=True)
threading.Event().wait(60)
"""
GUNICORN = """
import os

bind = f"127.0.0.1:{os.environ.get('PORT', '1')}"
worker_class = "asgi"
control_socket_disable = True
if __name__ == "__main__":
    os.execlp("gunicorn", "gunicorn", "--config", __file__, "main:app")
"""
STAY = """
import subprocess, sys

from main import app

CHILD = '''
import signal, socket, threading
signal.signal(signal.SIGINT, signal.SIG_IGN)
listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on {listener.getsockname()[1]}", flush=True)
threading.Event().wait(60)
'''
child = subprocess.Popen([sys.executable, "-u", "-c", CHILD], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), flush=True)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a checkout with one lesson that serves a plain ASGI app."""
    lesson = tmp_path / "repository" / "stages" / "01_made_up"
    lesson.mkdir(parents=True)
    (lesson / "main.py").write_text("PLACE = b'main'\n" + APP)
    (lesson / "other.py").write_text("PLACE = b'other'\n" + APP)
    return tmp_path / "repository"


def findings(root: Path, text: str, *, patience: float = 30) -> list[str]:
    readme = root / "stages" / "01_made_up" / "README.md"
    readme.write_text(text, encoding="utf-8")
    scratch = root.parent / "scratch"
    scratch.mkdir()
    return run_readme(readme, root, scratch, patience=patience)


def console(*lines: str) -> str:
    return "\n".join(["```console", *lines, "```", ""])


def test_a_command_that_prints_what_is_shown_is_accepted(root: Path) -> None:
    text = console("$ python3 -c \\", "    'print(\"one\"); print(2 * 21)'", "one", "42")

    assert findings(root, text) == []


def test_other_output_is_reported_with_line_expectation_and_result(root: Path) -> None:
    [found] = findings(root, "# Title\n\n" + console("$ python3 -c 'print(42)'", "43"))

    assert found.startswith("stages/01_made_up/README.md:4: ")
    assert re.search(r"expected:\n +43\n +got:\n +42$", found)


def test_a_command_without_shown_output_only_has_to_succeed(root: Path) -> None:
    assert findings(root, console("$ python3 -c 'print(42)'")) == []


def test_a_failing_command_is_reported_with_its_status_and_output(root: Path) -> None:
    [found] = findings(root, console("$ python3 -c 'import nowhere'"))

    assert "failed with exit status 1" in found
    assert "ModuleNotFoundError" in found


def test_a_failure_may_be_meant(root: Path) -> None:
    text = console("$ python3 -c 'raise SystemExit(\"no\")'", "no", "$ echo $?", "1")

    assert findings(root, text) == []


def test_a_failure_with_another_status_than_shown_is_reported(root: Path) -> None:
    [found] = findings(root, console("$ python3 -c 'raise SystemExit(3)'", "$ echo $?", "1"))

    assert re.search(r"expected:\n +1\n +got:\n +3$", found)


def test_a_success_where_a_failure_is_shown_is_reported(root: Path) -> None:
    [found] = findings(root, console("$ python3 -c 'pass'", "$ echo $?", "1"))

    assert re.search(r"expected:\n +1\n +got:\n +0$", found)


def test_a_command_that_hangs_is_ended_and_reported(root: Path) -> None:
    text = console("$ python3 -c 'import threading; threading.Event().wait()'")

    [found] = findings(root, text, patience=1)

    assert "took too long" in found


@pytest.mark.parametrize(
    "command", ["python3 -V | cat", "python3 -V > f", "echo $HOME", "echo `date`", "a && b", "a &"]
)
def test_what_needs_a_shell_is_refused(root: Path, command: str) -> None:
    [found] = findings(root, console(f"$ {command}"))

    assert "This needs a shell" in found


def test_quotes_protect_what_a_shell_would_read(root: Path) -> None:
    script = "import sys; print(sys.argv[1])"
    text = console(f"$ python3 -c '{script}' '{{\"a\": \"$b; `c` > d\"}}'", '{"a": "$b; `c` > d"}')

    assert findings(root, text) == []


def test_a_console_block_that_starts_with_output_is_reported(root: Path) -> None:
    [found] = findings(root, console("hello"))

    assert "starts with a command" in found


@pytest.mark.parametrize("language", ["", "sh", "bash", "javascript"])
def test_a_block_that_nothing_can_check_is_reported(root: Path, language: str) -> None:
    [found] = findings(root, f"# Title\n\n```{language}\nls\n```\n")

    assert "README.md:3: " in found
    assert "nothing can check it" in found


def test_a_block_that_is_never_closed_is_refused() -> None:
    with pytest.raises(BlockError, match="never closed"):
        read_blocks("text\n```python\n1 + 1\n")


def test_blocks_for_the_reader_alone_are_accepted(root: Path) -> None:
    kinds = ("text", "mermaid", "powershell")

    assert findings(root, "".join(f"```{kind}\n> | anything\n```\n" for kind in kinds)) == []


@pytest.mark.parametrize(
    ("language", "good", "bad"), [("json", "[1]", "[1"), ("toml", "a = 1", "a")]
)
def test_data_has_to_be_well_formed(root: Path, language: str, good: str, bad: str) -> None:
    [found] = findings(root, f"```{language}\n{good}\n```\n\n```{language}\n{bad}\n```\n")

    assert f"README.md:6: This is not valid {language.upper()}" in found


def test_python_blocks_share_names_and_the_lessons_modules(root: Path) -> None:
    text = (
        "```python\nfrom main import PLACE\n\ntwice = 2 * PLACE\n```\n"
        "```pycon\n>>> twice\nb'mainmain'\n>>> more = 1\n```\n```python\nassert more == 1\n```\n"
    )

    assert findings(root, text) == []


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ("```python\nvalue = 1\nvalue / 0\n```", "line 5, in <module>"),
        ("```python\nimport warnings\nwarnings.warn('old', DeprecationWarning)\n```", "old"),
        ("```python\nimport os\nos._exit(0)\n```", "ended or took too long"),
        ("```pycon\n>>> 1 + 1\n3\n```", "Got:\n    2"),
        ("```pycon\n1 + 1\n```", "lines that start with >>>"),
    ],
)
def test_python_that_fails_is_reported(root: Path, block: str, shown: str) -> None:
    [found] = findings(root, f"# Title\n\n{block}\n")

    assert "README.md:4: This code fails." in found
    assert shown in found


def test_python_that_hangs_is_ended_and_reported(root: Path) -> None:
    [found] = findings(
        root, "```python\nimport threading; threading.Event().wait()\n```\n", patience=1
    )

    assert "took too long" in found


def test_the_readme_runs_in_a_copy(root: Path) -> None:
    text = "```python\nimport pathlib\npathlib.Path('made.txt').write_text('')\n```\n"

    assert findings(root, text) == []
    assert not (root / "stages" / "01_made_up" / "made.txt").exists()


def test_a_server_answers_the_commands_after_it(root: Path) -> None:
    text = console(
        "$ uvicorn main:app --lifespan off", "...", "INFO: ... http://127.0.0.1:8000 ..."
    )
    text += console("$ curl http://127.0.0.1:8000/", "hello from main")
    text += "```python\nfrom urllib.request import urlopen\nurlopen('http://127.0.0.1:8000')\n```\n"

    assert findings(root, text) == []


def test_a_new_heading_stops_the_server(root: Path) -> None:
    text = console("$ uvicorn main:app") + "## Next\n"
    text += console("$ curl http://127.0.0.1:8000/", "...", "$ echo $?", "7")

    assert findings(root, text) == []


def test_an_interrupt_stops_the_server(root: Path) -> None:
    text = console("$ uvicorn main:app", "^C", "...", "INFO:     Shutting down", "...")
    text += console("$ curl http://127.0.0.1:8000/", "...", "$ echo $?", "7")

    assert findings(root, text) == []


def test_a_server_replaces_the_one_on_its_port_and_leaves_the_other(root: Path) -> None:
    text = console(
        "$ uvicorn main:app --port 8001",
        "$ uvicorn main:app",
        "$ uvicorn other:app",
        "$ curl http://127.0.0.1:8000/",
        "hello from other",
        "$ curl http://127.0.0.1:8001/",
        "hello from main",
    )

    assert findings(root, text) == []


def test_a_lesson_finds_its_companion_at_the_second_port(root: Path) -> None:
    folder = root / "stages" / "01_made_up"
    (folder / "lesson.toml").write_text('[[companions]]\nvariable = "OTHER_URL"\n')
    place = "import os\n\nPLACE = os.environ.get('OTHER_URL', 'nowhere').encode()\n"
    (folder / "main.py").write_text(place + APP)
    answer = "hello from http://127.0.0.1:8001"

    text = console("$ uvicorn main:app", "$ curl http://127.0.0.1:8000/", answer)

    assert findings(root, text) == []


def test_a_server_may_be_given_variables(root: Path) -> None:
    place = "import os\n\nPLACE = os.environ['TOWN'].encode()\n"
    (root / "stages" / "01_made_up" / "main.py").write_text(place + APP)
    text = console(
        "$ env TOWN=Delft MORE=1 uvicorn main:app",
        "$ curl http://127.0.0.1:8000/",
        "hello from Delft",
        "$ env TOWN=Delft python3 -c 'import os; print(os.environ[\"TOWN\"])'",
        "Delft",
    )

    assert findings(root, text) == []


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn -c gunicorn_conf.py main:app",
        "env PORT=8000 gunicorn -c gunicorn_conf.py main:app",
        "gunicorn --bind 127.0.0.1:8000 -c gunicorn_conf.py main:app",
        "gunicorn -b 127.0.0.1:8000 -c gunicorn_conf.py main:app",
        "gunicorn --bind=127.0.0.1:8000 -c gunicorn_conf.py main:app",
        "python3 gunicorn_conf.py",
    ],
)
def test_gunicorn_is_a_server_that_takes_its_port_from_its_settings(
    root: Path, command: str
) -> None:
    settings = root / "stages" / "01_made_up" / "gunicorn_conf.py"
    settings.write_text(GUNICORN)
    text = console("$ gunicorn --check-config -c gunicorn_conf.py main:app")
    text += console(f"$ {command}", "$ curl http://127.0.0.1:8000/", "hello from main")

    assert findings(root, text) == []


def test_other_output_of_a_server_is_reported_without_our_own_request(root: Path) -> None:
    text = console("$ uvicorn main:app", "INFO: ready", "^C")
    text += console("$ uvicorn main:app", "...", 'INFO: ... "GET / HTTP/1.1" 200 OK')

    first, second = findings(root, text)

    assert "README.md:2: `uvicorn main:app` prints something else." in first
    assert "README.md:7: `uvicorn main:app` prints something else." in second


def test_a_server_that_cannot_start_is_reported(root: Path) -> None:
    [found] = findings(root, console("$ uvicorn nowhere:app"))

    assert "failed with exit status 3" in found
    assert 'Could not import module "nowhere"' in found


OTHER_SERVER = """
import socket, subprocess, sys, time
server = subprocess.Popen([sys.executable, "-m", "uvicorn", "main:app", "--port", "8000"])
while True:
    with socket.socket() as probe:
        if not probe.connect_ex(("127.0.0.1", 8000)):
            break
    time.sleep(0.02)
"""


def test_a_server_whose_status_is_asked_for_is_not_awaited_at_its_port(root: Path) -> None:
    (root / "stages" / "01_made_up" / "gunicorn_conf.py").write_text("raise SystemExit('no')")
    text = f"```python\n{OTHER_SERVER}```\n"
    text += console("$ gunicorn -c gunicorn_conf.py main:app", "no", "$ echo $?", "1")

    assert findings(root, text) == []


def test_a_server_that_never_answers_is_ended_and_reported(root: Path) -> None:
    (root / "tutor_cli.py").write_text(SILENT)
    [found] = findings(root, console("$ tutor_cli run 01"), patience=2)

    assert "took too long" in found
    pid = re.search(r"pid (\d+)", found)
    assert pid
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid[1]), 0)


@pytest.mark.parametrize("server", [True, False])
def test_nothing_is_left_of_what_a_command_starts(root: Path, server: bool) -> None:
    (root / "stages" / "01_made_up" / "stay.py").write_text(STAY)
    text = console("$ uvicorn stay:app" if server else "$ python3 stay.py", "nothing")

    [found] = findings(root, text)

    port = re.search(r"listening on (\d+)", found)
    assert port
    deadline = time.monotonic() + 10  # a killed process takes a moment to go
    while not is_refused(int(port[1])):
        assert time.monotonic() < deadline, "the process is still there"
        time.sleep(0.1)


def is_refused(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def test_the_command_line_is_the_checkouts_own(root: Path) -> None:
    (root / "tutor_cli.py").write_text("import sys; print(*sys.argv[1:])")

    assert findings(root, console("$ tutor_cli show 01", "show 01")) == []


@pytest.mark.parametrize(
    ("shown", "faults"), [("5 passed, 0 failed", 0), ("5 passed, 1 failed", 1)]
)
def test_what_the_test_command_has_just_printed_is_compared_and_it_does_not_run_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, shown: str, faults: int
) -> None:
    (root / "tutor_cli.py").write_text("raise SystemExit('It ran again.')")
    (root.parent / "printed").write_text("5 passed, 0 failed\n")
    monkeypatch.setenv(TEST_OUTPUT, str(root.parent / "printed"))

    assert len(findings(root, console("$ python3 tutor_cli.py test", shown))) == faults


def test_installing_what_is_there_is_accepted(root: Path) -> None:
    text = console(
        "$ python3 -m venv .venv",
        "$ . .venv/bin/activate",
        '$ pip install "uvicorn[standard]" pytest',
        "$ python3 -m pip install -r ../../some.lock",
    )
    (root / "some.lock").write_text("# made up\nuvicorn==0.0.1 \\\n    --hash=sha256:0\n")

    assert findings(root, text) == []


@pytest.mark.parametrize("wanted", ["no-such-distribution", "'uvicorn<0.1'", "-r ../../some.lock"])
def test_installing_what_is_not_there_is_reported(root: Path, wanted: str) -> None:
    (root / "some.lock").write_text("no-such-distribution==1\n")
    [found] = findings(root, console(f"$ pip install {wanted}"))

    assert "installed" in found


def test_a_clone_is_a_copy_of_this_checkout(root: Path) -> None:
    text = console(
        "$ git clone https://example.org/someone/workbook.git",
        "$ cd workbook/stages/01_made_up",
        "$ python3 -c 'import main; print(main.PLACE)'",
        "b'main'",
    )

    assert findings(root, text) == []


def test_a_folder_is_found_from_the_root_too(root: Path) -> None:
    text = console("$ cd stages/01_made_up", "$ python3 -c 'import main'", "$ cd nowhere")

    [found] = findings(root, text)

    assert "There is no folder nowhere." in found


def test_a_program_that_is_missing_is_named(root: Path) -> None:
    with pytest.raises(ProgramMissingError, match="no-such-program"):
        findings(root, console("$ no-such-program"))


def test_headings_inside_blocks_are_not_headings() -> None:
    text = "## One\n```text\n## Not one\n```\n### Nor this\n## Two\n"

    assert headings(text) == ["One", "Two"]


def test_an_indented_block_loses_its_indentation() -> None:
    [block] = read_blocks("- item\n\n  ```python\n  if True:\n      pass\n  ```\n")

    assert (block.text, block.line) == ("if True:\n    pass", 4)


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        (["a", "b"], "a\nb\n", True),
        (["a"], "a\nb\n", False),
        (["a", "...", "d"], "a\nd\n", True),
        (["a", "...", "d"], "a\nb\nc\nd\n", True),
        (["a", "..."], "a\n", True),
        (["a", "..."], "b\n", False),
        (['{"id": ..., "done": false}'], '{"id": 12, "done": false}', True),
        (['{"id": ..., "done": false}'], '{"id": 12,\n "done": false}', False),
        (["1.5"], "125", False),
    ],
)
def test_dots_stand_for_lines_and_characters(expected: list[str], got: str, same: bool) -> None:
    assert matches(expected, got) is same


def test_a_traceback_may_go_through_a_session_before(root: Path) -> None:
    first = [*[">>> one = 1"] * 3, ">>> def fail():", "...     raise ValueError(one)"]
    second = [">>> import traceback", ">>> try:", "...     fail()", "... except ValueError:"]
    shown = ["...     print(traceback.format_exc().splitlines()[-1])", "ValueError: 1"]
    text = "\n".join(["```pycon", *first, "```", "", "```pycon", *second, *shown, "```", ""])

    assert findings(root, text) == []


@pytest.mark.parametrize("name", ["CI", "BUILD_NUMBER"])
def test_a_readers_terminal_is_not_that_of_a_ci_system(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "true")  # with it pytest, for one, does not shorten its summary

    assert name not in readers_environment(tmp_path)


def test_a_reader_measures_in_one_round(tmp_path: Path) -> None:
    assert readers_environment(tmp_path)["CLAIMS_ROUNDS"] == "1"
