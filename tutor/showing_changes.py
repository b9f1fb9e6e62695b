"""Show what changed between two lessons in the form that a person or a program asked for."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor import comparing, comparison_text, display
from tutor.comparison_data import api_data, as_data
from tutor.errors import MisuseError, TutorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tutor.catalog import Catalog, Lesson
    from tutor.comparing import Comparison
    from tutor.comparing_api import ApiComparison
    from tutor.comparison_text import Row
    from tutor.openapi_documents import Documents


@dataclass(frozen=True)
class DiffOptions:
    """What a person can choose about `tutor_cli diff`."""

    stat: bool = False
    files: tuple[str, ...] = ()
    side_by_side: bool = False
    tests: bool = False
    deps: bool = False
    api: bool = False
    strip_prefix: str = ""
    html: Path | None = None
    as_json: bool = False


def show_changes(old: Lesson, new: Lesson, catalog: Catalog, options: DiffOptions) -> int:
    """Show what changed from `old` to `new`; return the exit code.

    Raises MisuseError for options that cannot go together or a file that is in neither lesson,
    TutorError for a card, project, app or page that cannot be read, imported or written.
    """
    if options.strip_prefix and not options.api:
        raise MisuseError("--strip-prefix changes paths of the API.", "Add --api to compare them.")
    if options.stat and options.side_by_side:
        raise MisuseError("--stat shows no lines to put side by side.", "Leave one of them out.")
    if options.stat and options.html:
        raise MisuseError(
            "The page always shows the lines of files.", "Leave out --stat or --html."
        )
    with _documents(old, new, catalog, options) as documents:
        found = comparing.compare(old, new, catalog, wanted=options.files, tests=options.tests)
        api, problem = None, None
        try:
            api = _api(found, documents, options.strip_prefix) if documents else None
        except TutorError as error:
            problem = error
    if options.html:
        _write(found, api or problem, options, options.html)
    if options.as_json:
        display.data(_data(found, api, problem, options))
        return problem.exit_code if problem else 0
    if not options.html:
        display.rows(_rows(found, api, options))
    if problem:
        raise problem
    return 0


def _documents(
    old: Lesson, new: Lesson, catalog: Catalog, options: DiffOptions
) -> Documents | nullcontext[None]:
    """Return the OpenAPI documents, asked for at once: they come while files are compared."""
    if not options.api or old == new:
        return nullcontext()
    from tutor.openapi_documents import Documents

    return Documents([old, new], catalog)


def _api(found: Comparison, documents: Documents, prefix: str) -> ApiComparison:
    from tutor.comparing_api import compare_documents

    return compare_documents(documents.of(found.old), documents.of(found.new), prefix)


def _write(
    found: Comparison, api: ApiComparison | TutorError | None, options: DiffOptions, path: Path
) -> None:
    from tutor.comparison_page import page
    from tutor.whole_files import write_whole

    text = page(found, api, beside=options.side_by_side)
    write_whole(text, path, such_as="changes.html")
    say = display.note if options.as_json else display.line
    say(f"{found.old.name} → {found.new.name}: the page is {path}")


def _data(
    found: Comparison, api: ApiComparison | None, problem: TutorError | None, options: DiffOptions
) -> dict[str, object]:
    data = as_data(found)
    if options.deps and not _shows_lines(options) and not options.stat:
        kept = ("old", "new", "same_lesson", "dependencies")
        data = {key: data[key] for key in kept}
    if options.api:
        data["api"] = api_data(api, problem)
    return data


def _rows(found: Comparison, api: ApiComparison | None, options: DiffOptions) -> Iterator[Row]:
    width = display.columns()
    if found.same_files and not (found.files or options.api or options.deps):
        yield from ([(sentence, "")] for sentence in comparison_text.same_files(found))
        return
    yield from comparison_text.header(found, width)
    if found.is_same_lesson:
        return
    if options.stat or _shows_lines(options):
        for sentence in comparison_text.legend(found):
            yield from comparison_text.wrapped(sentence, width, "dim")
    if options.stat:
        yield []
        yield from comparison_text.stat(found, width)
    if options.deps:
        yield from comparison_text.requirements(found, width)
    if _shows_lines(options):
        width = display.columns(comparison_text.ROOMY) if options.side_by_side else width
        beside = options.side_by_side and width >= comparison_text.SIDE_BY_SIDE
        if options.side_by_side and not beside:
            yield from comparison_text.too_narrow(width)
        yield from comparison_text.files(found, width, fold=display.is_terminal(), beside=beside)
    if api:
        from tutor.comparison_api_text import api as api_rows

        yield from api_rows(api, width)


def _shows_lines(options: DiffOptions) -> bool:
    """Return whether the lines of the files are shown: when asked for, or nothing else was."""
    if options.stat:
        return False
    asked = bool(options.files) or options.tests or options.side_by_side
    return asked or not (options.deps or options.api)
