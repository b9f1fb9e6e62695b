"""A comparison as one page for a browser: it fetches nothing and needs no script."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from tutor import comparison_text as words
from tutor.comparison_api_text import api_summary, grouped
from tutor.comparison_style import STYLE
from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.comparing import Comparison, FileChange
    from tutor.comparing_api import ApiComparison
    from tutor.comparing_lines import Hunk, Line

_KINDS = {"+": "added", "-": "removed", " ": "same"}
_TOP = '<a class="top" href="#top">↑ All files</a>'
_ELEMENTS = {"+": "ins", "-": "del"}


def page(
    found: Comparison, api: ApiComparison | TutorError | None = None, *, beside: bool = False
) -> str:
    """Return the whole page; `beside` shows old and new side by side where there is room.

    `api` is the comparison of the APIs, or why there is none, when it was asked for.
    """
    title = f"{found.old.name} → {found.new.name}"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            '<body id="top">',
            *_header(found, title),
            *(() if found.is_same_lesson else _contents(found, api)),
            "<main>",
            *(part for change in found.files for part in _file(change, found, beside=beside)),
            *_api(api),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _header(found: Comparison, title: str) -> Iterator[str]:
    yield f"<header><h1>What changes: {escape(title)}</h1>"
    if found.is_same_lesson:
        yield f"<p>{words.SAME_LESSON}</p></header>"
        return
    yield f"<p><strong>{', '.join(words.summary(found))}.</strong></p>"
    for name, ideas in (("New ideas", found.ideas), ("Ideas left behind", found.gone_ideas)):
        if ideas:
            yield f"<h3>{name}</h3><ul>{''.join(f'<li>{_prose(idea)}</li>' for idea in ideas)}</ul>"
    yield f"<p>{_prose(words.dependencies_sentence(found.dependencies))}</p>"
    remarks = [*words.remarks(found), *words.legend(found)]
    yield from (f'<p class="quiet">{_prose(remark)}</p>' for remark in remarks)
    yield "</header>"


def _contents(found: Comparison, api: ApiComparison | TutorError | None) -> Iterator[str]:
    yield '<nav aria-label="Files"><ul>'
    for change in found.files:
        yield (
            f'<li><a href="#{_anchor(change)}"><code>{escape(change.name)}</code></a>'
            f'<span class="tag">{escape(_fate(change))}</span>{_count(change)}</li>'
        )
    if api:
        yield '<li><a href="#api">API</a></li>'
    yield "</ul></nav>"


def _anchor(change: FileChange) -> str:
    return f"file-{quote(change.name)}"


def _fate(change: FileChange) -> str:
    return words.title(change).removeprefix(f"{change.name}: ")


def _count(change: FileChange) -> str:
    plus, minus = change.count("+"), change.count("-")
    return f'<span class="count">+{plus} -{minus}</span>'


def _prose(text: str) -> str:
    """Return a sentence in HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _file(change: FileChange, found: Comparison, *, beside: bool) -> Iterator[str]:
    yield f'<section id="{_anchor(change)}"><div class="title">'
    yield f"<h2><code>{escape(change.name)}</code></h2>"
    yield f'<span class="tag">{escape(_fate(change))}</span>{_count(change)}{_TOP}</div>'
    reasons = words.whys(change, found)
    if reasons:
        labeled = map(words.labeled, reasons)
        whys = "".join(f"<p><b>{escape(name)}</b>{_prose(each)}</p>" for name, each in labeled)
        yield f'<div class="why">{whys}</div>'
    notes = [*change.notes, *words.moved_names(change)]
    if notes:
        yield f"<ul>{''.join(f'<li>{_prose(words.sentence(note))}</li>' for note in notes)}</ul>"
    for hunk in change.hunks:
        if hunk.lines:
            yield from _hunk(hunk, beside=beside)
    yield "</section>"


def _hunk(hunk: Hunk, *, beside: bool) -> Iterator[str]:
    note = f" {escape(hunk.note)}" if hunk.note else ""
    yield f'<div class="hunk"><p class="place"><code>{hunk.header}</code>{note}</p>'
    yield '<div class="lines">'
    two = beside and words.has_two_sides(hunk)
    yield from _pairs(hunk) if two else map(_line, hunk.lines)
    yield "</div></div>"


def _line(line: Line) -> str:
    return (
        f'<div class="line {_KINDS[line.sign]}"><span class="number old">{line.old or ""}</span>'
        f'<span class="number new">{line.new or ""}</span>{_code(line)}</div>'
    )


def _code(line: Line) -> str:
    plain = words.printable(line.text)
    text = escape(plain) or " "
    indent = len(plain) - len(plain.lstrip())
    style = f' style="--indent:{indent}"' if indent else ""
    element = _ELEMENTS.get(line.sign)
    marked = f"<{element}>{text}</{element}>" if element else text
    return f'<span class="sign">{line.sign}</span><code{style}>{marked}</code>'


def _pairs(hunk: Hunk) -> Iterator[str]:
    for old, new in words.pairs(hunk.lines):
        again = " again" if old is new else ""
        left, right = _half(old, "old"), _half(new, f"new{again}")
        yield f'<div class="pair">{left}{right}</div>'


def _half(line: Line | None, side: str) -> str:
    if line is None:
        return '<div class="half nothing"></div>'
    number = line.old if side == "old" else line.new
    kind = f"{_KINDS[line.sign]}{' again' if side.endswith('again') else ''}"
    return f'<div class="half {kind}"><span class="number">{number or ""}</span>{_code(line)}</div>'


def _api(found: ApiComparison | TutorError | None) -> Iterator[str]:
    if found is None:
        return
    yield '<section id="api"><h2>API</h2>'
    if isinstance(found, TutorError):
        yield f"<p>{escape(found.what)}</p><p>{escape(found.way_out)}</p></section>"
        return
    yield from (f"<p>{_prose(each)}</p>" for each in (api_summary(found), *found.notes))
    whole = [(name, "operation removed", True) for name in found.removed]
    whole += [(name, "operation added", False) for name in found.added]
    if whole:
        yield _verdicts((f"<code>{escape(name)}</code>: {what}", bad) for name, what, bad in whole)
    for operations, changes in grouped(found):
        names = ", ".join(f"<code>{escape(each)}</code>" for each in operations)
        yield f"<h3>{names}</h3>"
        yield _verdicts((escape(f"{c.where}: {c.what}"), c.breaking) for c in changes)
    yield "</section>"


def _verdicts(said: Iterable[tuple[str, bool]]) -> str:
    items = (
        f'<li class="breaks"><b>✗ breaking</b> {text}</li>'
        if breaking
        else f"<li><b>✓ compatible</b> {text}</li>"
        for text, breaking in said
    )
    return f'<ul class="verdicts">{"".join(items)}</ul>'
