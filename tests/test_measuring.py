"""Running `claims.py`: what it is given, each way it can fail, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.claim_maker import claiming, printing
from tests.lesson_maker import has_ended, make_lesson, wait_for
from tutor import machine, measuring
from tutor.catalog import ROOT, Catalog
from tutor.errors import MisuseError, TutorError
from tutor.machine import Machine
from tutor.measuring import lessons_to_measure, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

linux = pytest.mark.skipif(sys.platform != "linux", reason="strays are found on Linux alone")
posix_only = pytest.mark.skipif(os.name != "posix", reason="ends processes by POSIX signals")

GOOD = printing({"right": [151], "naive": [331]})
GRANDCHILD = """
import subprocess, sys
from pathlib import Path

def start(name, *, away):
    code = "import time; time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", code], start_new_session=away)
    Path(f"{name}.part").write_text(str(child.pid))
    Path(f"{name}.part").rename(name)

start("near", away=False)
start("far", away=True)
"""
HANG = f"""{GRANDCHILD}
print("waiting for it", file=sys.stderr, flush=True)
import time
time.sleep(600)
"""


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Path]:
    """Return where a made-up lesson writes its processes' numbers; end those that are left."""
    folder = tmp_path / "examples" / "57_claims"
    yield folder
    for name in ("near", "far"):
        if (folder / name).exists() and not has_ended(number(folder / name)):
            os.kill(number(folder / name), signal.SIGKILL)


def number(file: Path) -> int:
    return int(file.read_text(encoding="utf-8"))


def failure(root: Path, code: str, *, time_limit: float = 30) -> TutorError:
    with pytest.raises(TutorError) as raised:
        measure(claiming(root, code), time_limit=time_limit)
    assert raised.value.exit_code == 1
    assert raised.value.what.startswith("57_claims: ")
    return raised.value


def test_the_claims_are_judged(tmp_path: Path) -> None:
    found = measure(claiming(tmp_path, GOOD))
    [judgement] = found.judgements
    assert (judgement.claim.name, judgement.verdict) == ("Time of a profile", "holds")
    assert found.seconds > 0


def test_it_runs_in_its_folder_with_this_python_and_the_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    code = """
        import json, os, sys
        seen = [os.getcwd(), sys.executable, os.environ["CLAIMS_ROUNDS"], sys.argv,
                sys.dont_write_bytecode, sys.stdin.read(),
                [name for name in os.environ if name.startswith("PYTEST_")]]
        json.dump(seen, open("seen", "w"))
    """
    lesson = claiming(tmp_path, code + f"\n        {GOOD}")
    measure(lesson, rounds=3)
    seen = (lesson.folder / "seen").read_text(encoding="utf-8")
    expected = [str(lesson.folder), sys.executable, "3", ["claims.py"], False, "", []]
    assert seen == json.dumps(expected)


def test_each_line_on_standard_error_is_told_when_it_comes(tmp_path: Path) -> None:
    code = """
        import sys, time
        from pathlib import Path
        print("Round 1\\x1b[2J", file=sys.stderr)
        while not Path("told").exists():
            time.sleep(0.01)
    """
    lesson = claiming(tmp_path, code + f"\n        {GOOD}")
    lines: list[str] = []

    def on_line(line: str) -> None:
        lines.append(line)
        (lesson.folder / "told").touch()

    measure(lesson, on_line=on_line, time_limit=30)
    assert lines == ["Round 1\\x1b[2J"]


def test_a_claims_py_that_raises_is_told_with_the_end_of_what_it_said(tmp_path: Path) -> None:
    code = "import sys\nfor n in range(50): print('Round', n, file=sys.stderr)\n1 / 0"
    error = failure(tmp_path, code)
    assert error.what == "57_claims: claims.py failed with exit status 1."
    assert error.way_out.endswith("ZeroDivisionError: division by zero")
    assert "Round 49" in error.way_out
    assert "Round 0\n" not in error.way_out


def test_results_do_not_count_when_it_fails_after_printing_them(tmp_path: Path) -> None:
    error = failure(tmp_path, GOOD + "\nraise SystemExit('too few cores')")
    assert (error.what, error.way_out) == (
        "57_claims: claims.py failed with exit status 1.",
        "too few cores",
    )


@posix_only
def test_a_claims_py_that_is_killed_is_told_with_the_signal(tmp_path: Path) -> None:
    error = failure(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert error.what == "57_claims: claims.py was killed by SIGSEGV."


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "nothing was printed"),
        ("print('Round 1')\n" + GOOD, "Invalid JSON"),
        (printing({"right": []}), "no samples in `right`"),
    ],
)
def test_what_is_not_in_the_protocols_form_is_told(
    tmp_path: Path, code: str, sentence: str
) -> None:
    error = failure(tmp_path, code)
    assert sentence in error.what
    assert error.way_out == "See it: cd examples/57_claims && python claims.py"


@posix_only
def test_a_flood_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "LARGEST", 100_000)
    error = failure(tmp_path, "while True: print('x' * 1000)")
    assert error.what == "57_claims: claims.py prints far too much, and was stopped."


def test_a_line_without_end_is_no_matter(tmp_path: Path) -> None:
    code = "import sys\nsys.stderr.write('x' * 1_000_000)\n" + GOOD
    lengths: list[int] = []
    measure(claiming(tmp_path, code), on_line=lambda line: lengths.append(len(line)))
    assert max(lengths) < 10_000
    assert sum(lengths) == 1_000_000


@linux
def test_one_that_hangs_and_does_not_heed_is_stopped_with_all_that_it_started(
    tmp_path: Path, left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "STOP_SECONDS", 0.1)
    code = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{HANG}"
    error = failure(tmp_path, code, time_limit=4)
    assert error.what == "57_claims: claims.py is not done after 4 s, and was stopped."
    assert error.way_out == "waiting for it"
    assert has_ended(number(left / "near"))
    assert has_ended(number(left / "far"))


@linux
def test_what_a_good_one_leaves_behind_is_ended_and_nothing_else(
    tmp_path: Path, left: Path
) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        measure(claiming(tmp_path, GRANDCHILD + GOOD))
        assert has_ended(number(left / "near"))
        assert has_ended(number(left / "far"))
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.communicate()


@linux
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_stops_it_and_all_that_it_started(tmp_path: Path, left: Path, name: str) -> None:
    # As a server that is stopped in a `finally` would: it must get its chance to.
    code = f"try:\n    import signal\n{_indented(HANG)}\nfinally:\n    open('ended', 'w').close()\n"
    claiming(tmp_path, code)
    caller = """
import signal, sys
from pathlib import Path
from tutor.catalog import Catalog
from tutor.measuring import measure

signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    measure(Catalog(Path(sys.argv[1])).find("57"))
except KeyboardInterrupt:
    sys.exit(42)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", caller, str(tmp_path)], cwd=ROOT, start_new_session=True
    )
    try:
        wait_for((left / "far").exists, "it started its processes")
        process.send_signal(getattr(signal, name))
        assert process.wait(30) == 42
    finally:
        process.kill()
        process.wait()
    assert (left / "ended").exists()
    assert has_ended(number(left / "near"))
    assert has_ended(number(left / "far"))


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())


def test_it_can_be_called_from_another_thread(tmp_path: Path) -> None:
    lesson = claiming(tmp_path, GOOD)
    found = []
    thread = threading.Thread(target=lambda: found.append(measure(lesson)))
    thread.start()
    thread.join(30)
    assert [each.judgements[0].verdict for each in found] == ["holds"]


def test_words_choose_lessons_each_once(tmp_path: Path) -> None:
    claiming(tmp_path, GOOD)
    claiming(tmp_path, GOOD, "60_caching")
    make_lesson(tmp_path, "01_only", "")
    catalog = Catalog(tmp_path)

    def names(*words: str) -> list[str]:
        return [lesson.name for lesson in lessons_to_measure(words, catalog)]

    assert names("60", "57", "caching") == ["60_caching", "57_claims"]
    assert names("all") == ["57_claims", "60_caching"]


def test_a_lesson_that_claims_nothing_is_a_misuse_that_names_those_that_do(tmp_path: Path) -> None:
    claiming(tmp_path, GOOD)
    make_lesson(tmp_path, "01_only", "")
    with pytest.raises(MisuseError) as raised:
        lessons_to_measure(["57", "1"], Catalog(tmp_path))
    assert raised.value.what == "01_only has no claims.py: it claims nothing."
    assert raised.value.way_out == "These lessons have one: 57_claims."


def test_all_of_none_is_a_misuse(tmp_path: Path) -> None:
    make_lesson(tmp_path, "01_only", "")
    with pytest.raises(MisuseError, match=r"There is no lesson with a claims\.py"):
        lessons_to_measure(["all"], Catalog(tmp_path))


def test_a_machine_that_works_as_fast_before_as_after_is_quiet() -> None:
    assert machine.disturbance([1.0, 1.0, 9.0], [1.2, 1.2, 1.2]) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [([1.0, 1.0, 1.0], [1.3, 1.3, 1.0]), ([1.3, 1.0, 1.3], [1.0, 1.0, 1.0])],
)
def test_a_machine_that_was_slower_at_one_time_is_told(
    before: list[float], after: list[float]
) -> None:
    said = machine.disturbance(before, after)
    assert said
    assert said.startswith("The machine was busy: a fixed piece of work took 30 % longer")


def test_the_fixed_piece_of_work_takes_time_each_time() -> None:
    pieces = machine.time_pieces()
    assert len(pieces) == machine.PIECES
    assert min(pieces) > 0


@pytest.mark.parametrize(
    ("load", "told"), [(None, False), (0.2, False), (1.0, False), (1.1, True), (8.0, True)]
)
def test_more_than_half_a_program_a_core_is_a_load(load: float | None, *, told: bool) -> None:
    said = machine.load_before(Machine(2, "Linux", "3.11", load))
    assert (said is not None) == told
    assert not told or f"the load average was {load} on 2 cores" in str(said)
