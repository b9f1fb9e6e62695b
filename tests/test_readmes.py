"""Every README holds: its commands and code run, and a lesson's headings are all there."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.readme_blocks import headings
from tests.readme_runner import run_readme
from tests.readme_terminal import ProgramMissingError
from tutor.catalog import ROOT, Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.catalog import Lesson

HEADINGS = (
    "What you will learn",
    "Why it matters",
    "Run it",
    "By hand",
    "How it works",
    "Try it",
    "The trap",
    "Measure it",
    "Check yourself",
    "Going further",
)
PLACES = (
    "README.md",
    "docs/*.md",
    "stages/*/README.md",
    "examples/README.md",
    "examples/*/README.md",
)
READMES = [
    readme.relative_to(ROOT).as_posix()
    for pattern in PLACES
    for readme in sorted(ROOT.glob(pattern))
]


@pytest.fixture(scope="module")
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[list[str]]]]:
    """Run all READMEs that were asked for, as many at once as there are processors."""
    chosen = {item.name for item in request.session.items}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {
            name: pool.submit(run_readme, ROOT / name, ROOT, tmp_path_factory.mktemp("readme"))
            for name in READMES
            if f"{test_what_the_readme_shows_is_what_happens.__name__}[{name}]" in chosen
        }


@pytest.mark.once  # what a README shows is said by apps and tools that have tests on each Python
@pytest.mark.parametrize("name", READMES)
def test_what_the_readme_shows_is_what_happens(
    name: str, runs: dict[str, Future[list[str]]]
) -> None:
    try:
        findings = runs[name].result()
    except ProgramMissingError as missing:
        if str(missing) != "curl":
            raise
        pytest.skip("curl is not here; Debian's package is called curl")
    assert not findings, "\n\n".join(findings)


@pytest.mark.parametrize("lesson", Catalog().lessons, ids=lambda lesson: lesson.path)
def test_the_readme_has_the_headings_of_a_lesson(lesson: Lesson) -> None:
    expected = [each for each in HEADINGS if each != "The trap" or lesson.kind == "example"]

    found = headings((lesson.folder / "README.md").read_text(encoding="utf-8"))

    assert found == expected, f"{lesson.path}/README.md: {misplaced(found, expected)}"


def misplaced(found: Sequence[str], expected: Sequence[str]) -> str:
    """Return what is wrong with the headings `found`, and all that are expected, in order."""
    order = f"The headings of a lesson are, in this order: {', '.join(expected)}."
    if missing := [each for each in expected if each not in found]:
        return f"no heading '## {missing[0]}'. {order}"
    if unknown := [each for each in found if each not in expected]:
        return f"'## {unknown[0]}' is not a heading of a lesson. {order}"
    for number, each in enumerate(found):
        if each in found[:number]:
            return f"'## {each}' is there twice. {order}"
    late = next(each for each, right in zip(found, expected, strict=True) if each != right)
    return f"'## {late}' is in the wrong place. {order}"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("A C", "no heading '## B'. "),
        ("A B C X", "'## X' is not a heading of a lesson. "),
        ("A B B C", "'## B' is there twice. "),
        ("A C B", "'## C' is in the wrong place. "),
    ],
)
def test_wrong_headings_are_told_in_a_sentence(found: str, said: str) -> None:
    expected = "The headings of a lesson are, in this order: A, B, C."

    assert misplaced(found.split(), ["A", "B", "C"]) == f"{said}{expected}"
