"""Testing lessons: what is reported of good ones and bad ones, forked and in fresh processes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from tests.lesson_maker import STRICT, make_lesson, run_lesson, run_lessons
from tutor import testing
from tutor.catalog import Catalog
from tutor.errors import MisuseError, TutorError
from tutor.workers import FRESH

if TYPE_CHECKING:
    from pathlib import Path

MANY_KINDS = """
    import pytest

    @pytest.fixture
    def leaves_badly():
        yield
        raise ValueError("on the way out")

    @pytest.fixture
    def enters_badly():
        raise ValueError("on the way in")

    def test_passes(): pass

    @pytest.mark.skip(reason="not today")
    def test_skips(): pass

    @pytest.mark.xfail(reason="known", strict=False)
    def test_fails_as_expected(): assert False

    @pytest.mark.xfail(reason="known", strict=True)
    def test_passes_against_expectation(): pass

    def test_fails_twice(leaves_badly):
        print("so far, so good")
        assert 1 == 2, "one is not two"

    def test_cannot_start(enters_badly): pass

    def test_parts(subtests):
        for number in range(3):
            with subtests.test("part", number=number):
                assert number != 1

    @pytest.mark.parametrize("text", ["\\ud800", "\\x00", "\\x1b[31m", "é"])
    def test_odd_text(text): assert text == "", text
"""


@pytest.fixture(params=["forked", "fresh"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test once with forked processes and once with fresh ones."""
    monkeypatch.setenv(FRESH, "1" if request.param == "fresh" else "0")


def plain_pytest(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )


def facts(result: testing.LessonResult) -> dict[str, Any]:
    """Return what must not depend on the kind of process."""
    [document] = json.loads(testing.as_json([result]))["lessons"]
    for time in ("seconds", "cpu_seconds", "output"):
        del document[time]
    for test in document["tests"]:
        del test["seconds"]
    return dict(document)


@pytest.mark.usefixtures("_either_way")
def test_each_kind_of_outcome_is_counted_and_explained(tmp_path: Path) -> None:
    result = run_lesson(tmp_path, MANY_KINDS)

    assert (result.passed, result.failed, result.skipped) == (1, 8, 2)
    assert [skip.reason for skip in result.skips] == ["not today", "expected to fail: known"]
    messages = {failure.test.partition("::")[2]: failure.message for failure in result.failures[:5]}
    assert messages == {
        "test_passes_against_expectation": "[XPASS(strict)] known",
        "test_fails_twice": "ValueError: on the way out",
        "test_cannot_start": "ValueError: on the way in",
        "test_parts [part] (number=1)": "assert 1 != 1",
    }
    both = [failure for failure in result.failures if failure.test.endswith("test_fails_twice")]
    assert both[0].message == "AssertionError: one is not two\nassert 1 == 2"
    assert both[0].traceback.startswith("tests/test_it.py:26: in test_fails_twice\n")
    assert both[0].output == "so far, so good\n"
    odd = [failure.message.partition("\n")[0] for failure in result.failures[5:]]
    assert odd == [rf"AssertionError: {text}" for text in (r"\ud800", r"\x00", r"\x1b[31m", "é")]
    assert result.problem is None


def test_a_fork_and_a_fresh_process_report_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_lesson(tmp_path, "01_kinds", MANY_KINDS)
    make_lesson(tmp_path, "02_broken", "import not_there")

    monkeypatch.setenv(FRESH, "0")
    forked = run_lessons(tmp_path)
    monkeypatch.setenv(FRESH, "1")
    fresh = run_lessons(tmp_path)

    assert [facts(result) for result in forked] == [facts(result) for result in fresh]


def test_the_counts_agree_with_plain_pytest_in_the_folder(tmp_path: Path) -> None:
    result = run_lesson(tmp_path, MANY_KINDS)

    [last_line] = plain_pytest(tmp_path / "stages" / "01_only").stdout.splitlines()[-1:]

    # pytest counts the clean-up that failed, and the part of a test, by themselves.
    assert "8 failed, 1 passed, 1 skipped, 1 xfailed, 2 errors" in last_line
    failed_ids = {failure.test.partition(" ")[0] for failure in result.failures}
    assert (len(failed_ids), result.passed, result.skipped) == (8, 1, 2)


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize(
    ("tests", "problem"),
    [
        ("import not_there", "while loading the tests: tests/test_it.py: ModuleNotFoundError"),
        ("def test_a(:", "while loading the tests: tests/test_it.py: "),
        ("import os\ndef test_a(): os._exit(0)", "died: exit status 0 before its tests ended, in "),
        (
            "import pytest\ndef test_a(): pytest.exit('enough', returncode=0)\ndef test_b(): pass",
            "died: exit status 0 before its tests ended, in tests/test_it.py::test_a",
        ),
        ("def test_a(): raise KeyboardInterrupt", "interrupted in tests/test_it.py::test_a"),
        ("import os; os._exit(3)", "died: exit status 3 before its tests ended, while loading"),
    ],
)
def test_a_run_that_does_not_end_well_has_a_problem_with_a_name(
    tmp_path: Path, tests: str, problem: str
) -> None:
    result = run_lesson(tmp_path, tests)

    assert (result.problem or "").startswith(problem)
    assert (result.passed, result.failed) == (0, 1)


@pytest.mark.usefixtures("_either_way")
@pytest.mark.skipif(os.name != "posix", reason="other systems have no signals for this")
@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "killed by SIGSEGV in tests/test_it.py::test_bad"),
        ("os.killpg(0, signal.SIGTERM)", "killed by SIGTERM in tests/test_it.py::test_bad"),
        (
            "while True: print('x' * 100_000)",
            "printed too much in tests/test_it.py::test_bad, or wrote too large a file",
        ),
    ],
)
def test_a_killed_lesson_names_the_signal_and_the_test(
    tmp_path: Path, body: str, problem: str
) -> None:
    tests = f"import os, signal\ndef test_good(): pass\ndef test_bad():\n    {body}\n"

    result = run_lesson(tmp_path, tests)

    assert (result.problem, result.passed, result.failed) == (problem, 1, 1)


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize(
    ("tests", "where"),
    [
        ("import time\ndef test_waits(): time.sleep(600)", "in tests/test_it.py::test_waits"),
        ("import time\ntime.sleep(600)", "while loading the tests"),
    ],
)
def test_a_hanging_lesson_is_stopped_and_says_where_it_hung(
    tmp_path: Path, tests: str, where: str
) -> None:
    result = run_lesson(tmp_path, tests, time_limit=2)

    assert (result.problem, result.failed) == (f"hung {where} after 2 s", 1)


def test_the_line_where_a_test_hung_is_in_the_output(tmp_path: Path) -> None:
    result = run_lesson(tmp_path, "import time\ndef test_a():\n    time.sleep(600)", time_limit=2)

    assert 'test_it.py", line 3 in test_a' in result.output
    assert "_pytest" not in result.output


@pytest.mark.usefixtures("_either_way")
def test_a_thread_that_goes_on_is_a_problem(tmp_path: Path) -> None:
    tests = """
        import threading, time

        def test_a():
            threading.Thread(target=time.sleep, args=(600,), name="sleeper").start()
    """

    result = run_lesson(tmp_path, tests, time_limit=4)

    assert result.problem == "left a thread running: sleeper"
    assert (result.passed, result.failed) == (1, 1)


@pytest.mark.usefixtures("_either_way")
def test_exit_functions_run_and_idle_pool_threads_end_as_in_plain_python(tmp_path: Path) -> None:
    tests = """
        import atexit
        from concurrent.futures import ThreadPoolExecutor
        from pathlib import Path

        pool = ThreadPoolExecutor()

        def test_a():
            atexit.register(Path("said goodbye").touch)
            pool.submit(print).result()
    """

    result = run_lesson(tmp_path, tests, time_limit=10)

    assert result.problem is None
    assert (tmp_path / "stages" / "01_only" / "said goodbye").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory cannot be bounded")
def test_a_test_that_takes_all_memory_fails_by_itself(tmp_path: Path) -> None:
    result = run_lesson(tmp_path, "def test_a(): bytearray(2**40)")

    assert [failure.message for failure in result.failures] == ["MemoryError"]
    assert result.problem is None


@pytest.mark.parametrize(
    ("pyproject", "problem"),
    [
        ("[tool.pytest", "while loading the tests: .*pyproject.toml: Expected .*"),
        (
            "[tool.pytest]\naddopts = ['--nope']",
            "while loading the tests: unrecognized arguments: --nope",
        ),
    ],
)
def test_a_broken_configuration_is_quoted(tmp_path: Path, pyproject: str, problem: str) -> None:
    result = run_lesson(tmp_path, "def test_a(): pass", pyproject=pyproject)

    assert re.fullmatch(problem, result.problem or "")


def test_a_conftest_that_cannot_be_imported_is_a_problem(tmp_path: Path) -> None:
    folder = make_lesson(tmp_path, "01_only", "def test_a(): pass")
    (folder / "tests" / "conftest.py").write_text("import not_there", encoding="utf-8")

    [result] = run_lessons(tmp_path)

    expected = "while loading the tests: ModuleNotFoundError: No module named 'not_there'"
    assert result.problem == expected


def test_a_failure_without_a_failed_test_is_a_problem(tmp_path: Path) -> None:
    folder = make_lesson(tmp_path, "01_only", "def test_a(): pass")
    hook = "def pytest_sessionfinish(session): session.exitstatus = 1"
    (folder / "tests" / "conftest.py").write_text(hook, encoding="utf-8")

    [result] = run_lessons(tmp_path)

    assert result.problem == "pytest ended with exit status 1, although no test failed"


@pytest.mark.usefixtures("_either_way")
def test_a_lesson_runs_as_if_pytest_was_started_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--nonsense")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///mine.db")
    tests = """
        import os, signal, sys, __main__
        from pathlib import Path

        FOLDER = Path(__file__).parent.parent

        def test_folder(): assert Path.cwd() == FOLDER and os.environ["PWD"] == str(FOLDER)

        def test_environment():
            assert os.environ["DATABASE_URL"] == "sqlite:///mine.db"
            assert "PYTEST_ADDOPTS" not in os.environ

        def test_main_is_not_the_tool(): assert not hasattr(__main__, "tutor")

        def test_tool_is_not_on_the_path():
            assert "" not in sys.path
            assert not any((Path(entry) / "tutor_cli.py").exists() for entry in sys.path)

        def test_interrupt(): assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

        def test_input_is_empty(): assert os.read(0, 1) == b""
    """

    result = run_lesson(tmp_path, tests)

    assert [failure.message for failure in result.failures] == []
    assert (result.passed, result.problem) == (6, None)


@pytest.mark.usefixtures("_either_way")
def test_nothing_of_the_run_is_left_in_the_lesson(tmp_path: Path) -> None:
    folder = make_lesson(tmp_path, "01_only", "import helper\ndef test_a(): pass")
    (folder / "tests" / "helper.py").touch()
    before = sorted(folder.rglob("*"))

    [result] = run_lessons(tmp_path)

    assert result.passed == 1
    assert sorted(folder.rglob("*")) == before
    assert (tmp_path / ".tutor" / "tests" / "01_only" / "cache").is_dir()


def test_lessons_with_modules_of_the_same_name_do_not_meet(tmp_path: Path) -> None:
    for name in ("01_one", "02_two"):
        folder = make_lesson(
            tmp_path,
            name,
            f"from app import NAME\ndef test_a(): assert NAME == {name!r}",
            pyproject=STRICT + 'pythonpath = ["."]',
        )
        (folder / "app.py").write_text(f"NAME = {name!r}", encoding="utf-8")

    assert [result.passed for result in run_lessons(tmp_path)] == [1, 1]


@pytest.mark.usefixtures("_either_way")
def test_events_tell_the_story_in_order(tmp_path: Path) -> None:
    make_lesson(tmp_path, "01_only", "def test_a(): pass\ndef test_b(): assert False")
    catalog = Catalog(tmp_path)
    [lesson] = catalog.lessons
    events: list[testing.Event] = []

    [result] = testing.test_lessons([lesson], catalog, on_event=events.append)

    assert events == [
        testing.Collected(lesson, 2),
        testing.Started(lesson, "tests/test_it.py::test_a"),
        testing.Reported(lesson, result.tests[0]),
        testing.Started(lesson, "tests/test_it.py::test_b"),
        testing.Reported(lesson, result.tests[1]),
        testing.Ended(lesson, result),
    ]


@pytest.mark.usefixtures("_either_way")
def test_no_more_lessons_run_at_once_than_asked_for(tmp_path: Path) -> None:
    for name in ("01_a", "02_b", "03_c"):
        make_lesson(tmp_path, name, "def test_a(): pass")
    catalog = Catalog(tmp_path)
    going: set[str] = set()
    most = 0

    def watch(event: testing.Event) -> None:
        nonlocal most
        if isinstance(event, testing.Ended):
            going.remove(event.lesson.name)
        else:
            going.add(event.lesson.name)
        most = max(most, len(going))

    results = testing.test_lessons(catalog.lessons, catalog, jobs=1, on_event=watch)

    assert [result.lesson.name for result in results] == ["01_a", "02_b", "03_c"]
    assert most == 1


def test_two_lessons_really_run_at_the_same_time(tmp_path: Path) -> None:
    """Each waits for the other's file, so that one after the other would hang."""
    for name, other in (("01_a", "02_b"), ("02_b", "01_a")):
        tests = f"""
            import time
            from pathlib import Path

            def test_a():
                Path("here").touch()
                while not Path("../{other}/here").exists():
                    time.sleep(0.01)
        """
        make_lesson(tmp_path, name, tests)
    catalog = Catalog(tmp_path)

    results = testing.test_lessons(catalog.lessons, catalog, jobs=2, time_limit=20)

    assert [result.problem for result in results] == [None, None]


@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        (["-k", "second"], ["test_second"]),
        (["-x"], ["test_first"]),
        (["tests/test_it.py::test_third"], ["test_third"]),
        (["-k", "nothing"], []),
        (["-k", "third", "-p", "no:cacheprovider", "-pno:faulthandler"], ["test_third"]),
        (["--collect-only"], []),
    ],
)
def test_arguments_go_to_pytest(tmp_path: Path, arguments: list[str], ran: list[str]) -> None:
    tests = "def test_first(): assert 0\ndef test_second(): pass\ndef test_third(): pass\n"

    result = run_lesson(tmp_path, tests, *arguments)

    assert [test.test.rpartition("::")[2] for test in result.tests] == ran
    assert result.problem is None


@pytest.mark.usefixtures("_either_way")
def test_a_file_that_skips_itself_counts_as_skipped(tmp_path: Path) -> None:
    result = run_lesson(tmp_path, 'import pytest\npytest.importorskip("x9", reason="needs x9")')

    assert [(skip.test, skip.reason) for skip in result.skips] == [("tests/test_it.py", "needs x9")]
    assert (result.problem, result.failed) == (None, 0)


def test_a_lesson_without_tests_is_no_failure_beside_one_with_tests(tmp_path: Path) -> None:
    make_lesson(tmp_path, "01_empty", "")
    make_lesson(tmp_path, "02_full", "def test_a(): pass")

    assert [result.failed for result in run_lessons(tmp_path)] == [0, 0]


def test_no_test_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TutorError, match="Not one test was found"):
        run_lesson(tmp_path, "")


def test_no_lesson_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="no lesson"):
        run_lessons(tmp_path)


def test_a_state_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".tutor").touch()

    with pytest.raises(TutorError, match="cannot be made"):
        run_lesson(tmp_path, "def test_a(): pass")


def test_libraries_are_preloaded_for_lessons_that_depend_on_them(tmp_path: Path) -> None:
    tests = "import sys\ndef test_a(): assert ('sqlalchemy' in sys.modules) is {expected}"
    using = STRICT + '[project]\nname = "x"\nversion = "0"\ndependencies = ["{}"]'
    for place, (dependency, expected) in enumerate(
        [("SQLAlchemy[asyncio]>=2.1", True), ("sqlalchemy-utils", False), ("fastapi", False)]
    ):
        make_lesson(
            tmp_path / str(place),
            "01_only",
            tests.format(expected=expected),
            pyproject=using.format(dependency),
        )

        assert [x.failures for x in run_lessons(tmp_path / str(place))] == [()], dependency


def test_the_json_document_holds_totals_and_every_test(tmp_path: Path) -> None:
    make_lesson(tmp_path, "01_kinds", MANY_KINDS)
    make_lesson(tmp_path, "02_broken", "import not_there")

    document = json.loads(testing.as_json(run_lessons(tmp_path)))

    assert (document["passed"], document["failed"], document["skipped"]) == (1, 9, 2)
    kinds, broken = document["lessons"]
    assert (kinds["lesson"], len(kinds["tests"]), kinds["problem"]) == ("stages/01_kinds", 11, None)
    assert broken["broken"][0]["message"] == "ModuleNotFoundError: No module named 'not_there'"


def _suites(report: Path) -> list[ElementTree.Element]:
    tree = ElementTree.parse(report)  # noqa: S314 - the test has just made the file
    return tree.getroot().findall("testsuite")


def test_the_junit_file_has_a_suite_a_lesson(tmp_path: Path) -> None:
    make_lesson(tmp_path, "01_kinds", MANY_KINDS)
    make_lesson(tmp_path, "02_broken", "import not_there")
    target = tmp_path / "reports" / "junit.xml"

    testing.write_junit(run_lessons(tmp_path), target)

    kinds, broken = suites = _suites(target)
    counts = ("tests", "failures", "errors", "skipped")
    assert [[suite.get(name) for name in counts] for suite in suites] == [
        ["11", "8", "0", "2"],
        ["1", "0", "1", "0"],
    ]
    assert len(kinds.findall("testcase")) == 11
    failed = kinds.find("testcase[@name='test_fails_twice']")
    assert failed is not None
    assert failed.get("classname") == "stages/01_kinds/tests/test_it.py"
    assert failed.find("failure") is not None
    error = broken.find("testcase/error")
    assert error is not None
    assert "No module named 'not_there'" in error.get("message", "")


def test_characters_that_xml_cannot_hold_do_not_break_the_junit_file(tmp_path: Path) -> None:
    make_lesson(tmp_path, "01_only", "")
    [lesson] = Catalog(tmp_path).lessons
    result = testing.LessonResult(lesson, problem="a\x00b\ud800c\ufffed", output="\x1b[0m")
    target = tmp_path / "junit.xml"

    testing.write_junit([result], target)

    [suite] = _suites(target)
    error = suite.find("testcase/error")
    assert error is not None
    assert (error.get("message"), (error.text or "").strip()) == ("a?b?c?d", "?[0m")


def test_a_junit_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TutorError, match="cannot be written"):
        testing.write_junit([], tmp_path)


def test_asking_for_tests_imports_no_test_library() -> None:
    program = "import sys, tutor.testing; print(*{'pytest', 'fastapi', 'rich'} & set(sys.modules))"

    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == ""
