"""The tables of lessons in the READMEs are what the cards say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.guards.code import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.catalog import Catalog, Lesson

START = "<!-- lessons:start -->"
END = "<!-- lessons:end -->"
STAGES_PAGE, EXAMPLES_PAGE = "README.md", "examples/README.md"


def tables(catalog: Catalog) -> dict[str, str]:
    """Return what each page has to show between the two lines, in Markdown, by its name."""
    examples = _examples(catalog)
    found = {STAGES_PAGE: _stage_table(catalog, len(examples))}
    return found | ({EXAMPLES_PAGE: _example_table(examples)} if examples else {})


def _examples(catalog: Catalog) -> list[Lesson]:
    return [lesson for lesson in catalog.lessons if lesson.kind == "example"]


def _stage_table(catalog: Catalog, examples: int) -> str:
    rows = (
        (stage.number, f"[{card.title}]({stage.path}/)", card.summary, str(card.minutes))
        for stage in catalog.stages
        for card in [stage.card]
    )
    table = _table(("", "lesson", "what is new", "minutes"), rows)
    if not examples:
        return table
    count = (
        "One advanced example stands" if examples == 1 else f"{examples} advanced examples stand"
    )
    return f"{table}\n\n{count} beside the stages: [the examples]({EXAMPLES_PAGE})."


def _example_table(examples: Iterable[Lesson]) -> str:
    rows = (
        (
            example.number,
            f"[{card.title}]({example.name}/)",
            card.summary,
            card.trap.summary if card.trap else "—",
            ", ".join(dict.fromkeys([*card.needs, *card.programs.values()])) or "—",
            str(card.minutes),
        )
        for example in examples
        for card in [example.card]
    )
    return _table(("", "example", "idea", "trap", "needs", "minutes"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [" | ".join(cells) for cells in (head, *rows)]
    return "\n".join([f"|{lines[0]} |", "|---" * len(head) + "|", *(f"| {x} |" for x in lines[1:])])


def stale_tables(catalog: Catalog) -> list[str]:
    """Find tables of lessons that are missing or not what the cards say."""
    return [
        fault for page, text in tables(catalog).items() for fault in _stale(catalog, page, text)
    ]


def _stale(catalog: Catalog, page: str, wanted: str) -> Iterator[str]:
    path = catalog.root / page
    before, start, rest = (read(path) if path.exists() else "").partition(START)
    table, end, _ = rest.partition(END)
    if not start or not end:
        yield f"{page}: the lines {START} and {END} are missing."
    elif table.strip() != wanted:
        line = before.count("\n") + 1
        way_out = "Put there what `python -m tests.guards` prints."
        yield f"{page}:{line}: the table of lessons is not what the cards say. {way_out}"
