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
    from collections.abc import Iterator

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

    assert headings((lesson.folder / "README.md").read_text(encoding="utf-8")) == expected
