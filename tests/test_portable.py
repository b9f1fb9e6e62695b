"""What a stage promises holds in every later stage: its portable tests run on their apps.

A copy of the later stage gets the test files of the earlier one in place of its own; the later
stage's `conftest.py` and what it needs stay, for they know how to start its app. Files that a stage
in between has unchanged are left out: they run as a part of that stage's suite. So are files that
promise nothing: they may ask for fixtures that the later `conftest.py` has no longer.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from tests.guards.code import files_of, read
from tests.guards.steps import means, outcomes
from tests.made_up import write
from tutor.catalog import Catalog, Lesson

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CONFTEST = "tests/conftest.py"


@dataclass(frozen=True)
class Pair:
    """A stage whose promises are tried, the later one that has to keep them, and the files."""

    stage: Lesson
    later: Lesson
    files: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.stage.number}-on-{self.later.number}"


@dataclass(frozen=True)
class Break:
    """A portable test of `stage` that fails on the stage `since` and the later ones, and why."""

    stage: str
    since: str
    test: str
    why: str

    def concerns(self, pair: Pair) -> bool:
        """Tell whether this is about the pair, and about one of its files."""
        stages = self.stage == pair.stage.name and self.since <= pair.later.name
        return stages and self.test.partition("::")[0] in pair.files


BREAKS: tuple[Break, ...] = (
    Break(
        "07_testing",
        "08_deploy",
        "tests/integration/test_tasks.py::test_the_root_welcomes",
        "The root is a page for people there; the API is below its prefix.",
    ),
)


def pairs_of(stages: Sequence[Lesson]) -> Iterator[Pair]:
    """Yield each stage with each later one, and the test files to run there."""
    for last, later in enumerate(stages):
        for first, stage in enumerate(stages[:last]):
            own = [n for n in files_of(stage) if n.startswith("tests/") and promises(n, stage)]
            between = stages[first + 1 : last]
            files = [n for n in own if not any(same(n, stage, each) for each in between)]
            if any(name.endswith(".py") for name in files):
                yield Pair(stage, later, tuple(files))


def promises(name: str, stage: Lesson) -> bool:
    """Tell whether a file has portable tests, or is something that they may read."""
    return not name.endswith(".py") or "mark.portable" in read(stage.folder / name)


def same(name: str, one: Lesson, other: Lesson) -> bool:
    """Tell whether two lessons have the same file, be it in another folder."""
    mine = (one.folder / name).read_bytes()
    return any(path.read_bytes() == mine for path in other.folder.rglob(PurePosixPath(name).name))


def run(pairs: Sequence[Pair], scratch: Path) -> dict[Pair, dict[str, bool]]:
    """Run the portable tests of the pairs below `scratch`; return for each whether it passed."""
    made = {pair: prepared(pair, scratch / str(pair)) for pair in pairs}
    results = outcomes([*made.values()], scratch, "-m", "portable")
    return {pair: results[lesson] for pair, lesson in made.items()}


def prepared(pair: Pair, folder: Path) -> Lesson:
    """Copy the later stage of the pair to `folder`, with the tests of the earlier one."""
    kept = [n for n in files_of(pair.later) if not PurePosixPath(n).name.startswith("test_")]
    sources = [(pair.later, n) for n in kept] + [(pair.stage, n) for n in pair.files]
    for lesson, name in sources:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(lesson.folder / name, folder / name)
    return replace(pair.later, folder=folder)


def judge(pair: Pair, results: dict[str, bool], breaks: Sequence[Break]) -> Iterator[str]:
    """Yield a sentence for each test that fails undeclared, or is declared to fail and does not."""
    declared = [each.test for each in breaks if each.concerns(pair)]
    for test, passed in results.items():
        if passed == any(means(each, test) for each in declared):
            found = "does not fail, as declared," if passed else "fails"
            yield f"{test} of {pair.stage.name} {found} on {pair.later.name}."
    for each in declared:
        if not any(means(each, test) for test in results):
            yield f"{each} of {pair.stage.name} is declared to fail, but does not exist."


PAIRS = tuple(pairs_of(Catalog().stages))


@pytest.fixture(scope="session")
def results(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[Pair, dict[str, bool]]:
    """Run those pairs whose tests here were selected."""
    names = {item.name for item in request.session.items}
    chosen = [each for each in PAIRS if f"test_the_portable_tests_of[{each}]" in names]
    return run(chosen, tmp_path_factory.mktemp("pairs"))


@pytest.mark.once  # it compares stages; each has tests of its own for each Python
@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_the_portable_tests_of(pair: Pair, results: dict[Pair, dict[str, bool]]) -> None:
    assert results[pair], "No test ran."

    faults = list(judge(pair, results[pair], BREAKS))

    assert not faults, "\n".join(faults)


TESTS = """import pytest

pytestmark = pytest.mark.portable


@pytest.mark.parametrize("number", [1, 2])
def test_it(number: int, limit: int) -> None:
    assert number <= limit


def test_more() -> None:
    pass
"""
PROJECT = """[tool.pytest]
strict = true
testpaths = ["tests"]
markers = ["portable: holds for every later stage too"]
"""


def make_stages(root: Path, limits: Sequence[int]) -> tuple[Lesson, ...]:
    """Write stages that have the same tests, and a `conftest.py` that lets them pass or not."""
    for number, limit in enumerate(limits, 1):
        folder = root / "stages" / f"0{number}_stage"
        write(folder / "lesson.toml", "")
        write(folder / "pyproject.toml", PROJECT)
        fixture = f"import pytest\n\n\n@pytest.fixture\ndef limit() -> int:\n    return {limit}\n"
        write(folder / CONFTEST, fixture)
        write(folder / "tests" / "test_it.py", TESTS)
    return Catalog(root).stages


@pytest.mark.parametrize(
    ("limit", "declared", "faults"),
    [
        (2, None, []),
        (1, None, ["tests/test_it.py::test_it[2] of 01_stage fails on 02_stage."]),
        (1, "tests/test_it.py::test_it[2]", []),
        (0, "tests/test_it.py::test_it", []),
        (
            1,
            "tests/test_it.py::test_it",
            ["tests/test_it.py::test_it[1] of 01_stage does not fail, as declared, on 02_stage."],
        ),
        (
            2,
            "tests/test_it.py::test_its",
            ["tests/test_it.py::test_its of 01_stage is declared to fail, but does not exist."],
        ),
    ],
)
def test_what_fails_is_what_is_declared_to_fail(
    tmp_path: Path, limit: int, declared: str | None, faults: list[str]
) -> None:
    [pair] = pairs_of(make_stages(tmp_path, [2, limit]))
    breaks = [Break("01_stage", "02_stage", declared, "Because.")] if declared else []

    results = run([pair], tmp_path / "scratch")

    assert list(judge(pair, results[pair], breaks)) == faults


def test_a_break_holds_from_its_stage_on(tmp_path: Path) -> None:
    stages = make_stages(tmp_path, [2, 2, 2])
    write(stages[1].folder / "tests" / "test_it.py", "")
    pairs = {str(each): each for each in pairs_of(stages)}
    late = Break("01_stage", "03_stage", "tests/test_it.py::test_more", "Because.")

    results = {"tests/test_it.py::test_more": False}
    assert len(list(judge(pairs["01-on-02"], results, [late]))) == 1
    assert list(judge(pairs["01-on-03"], results, [late])) == []


def test_a_file_is_tried_as_a_part_of_the_last_suite_that_has_it(tmp_path: Path) -> None:
    stages = make_stages(tmp_path, [2, 2, 2])
    write(stages[0].folder / "tests" / "test_old.py", TESTS)
    write(stages[1].folder / "tests" / "test_old.py", f"{TESTS}\n")

    tried = {str(each): each.files for each in pairs_of(stages)}

    assert tried == {
        "01-on-02": ("tests/test_it.py", "tests/test_old.py"),
        "01-on-03": ("tests/test_old.py",),
        "02-on-03": ("tests/test_it.py", "tests/test_old.py"),
    }


def test_a_file_that_promises_nothing_is_not_tried(tmp_path: Path) -> None:
    stages = make_stages(tmp_path, [2, 2])
    write(stages[0].folder / "tests" / "test_own.py", "def test_own(gone: None) -> None: ...\n")

    [pair] = pairs_of(stages)

    assert pair.files == ("tests/test_it.py",)
