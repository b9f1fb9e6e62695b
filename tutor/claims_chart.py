"""The verdicts on claims as a chart: an SVG image that is read in light and dark."""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING

from tutor import claims_text as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.claims_text import Bar
    from tutor.measuring import Measurement
    from tutor.verdicts import Judgement

WIDTH = 760
_MARGIN, _LABELS, _LONGEST = 24, 92, 420
_BAR, _GAP = 16, 5
_CHARACTERS = 100
"""What fits into a line of the smallest text."""
_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --text: #1b1f24; --quiet: #545c66;
  --right: #0b62c4; --naive: #b34a00; --edge: #d3d8de; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --text: #e6e9ed; --quiet: #a4adb8;
  --right: #6fb1ff; --naive: #ff9a52; --edge: #3a414b; } }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--text); }
.page { fill: var(--page); } .quiet { fill: var(--quiet); font-size: 12px; }
.lesson { font-size: 19px; font-weight: 700; } .claim { font-size: 15px; font-weight: 600; }
.verdict { font-weight: 700; } .name { text-anchor: end; fill: var(--quiet); }
.right { fill: var(--right); } .naive { fill: var(--naive); }
.mark { stroke: var(--text); stroke-width: 2; }
.band { fill: var(--text); fill-opacity: 0.16; } .edge { stroke: var(--edge); }
"""


def chart(found: Sequence[Measurement], closing: Iterable[str]) -> str:
    """Return the image: for each claim a bar a way, a mark where it is stated, and the verdict."""
    drawing = _Drawing()
    for each in found:
        drawing.down(34)
        drawing.text(_MARGIN, each.lesson.name, "lesson")
        for judgement in each.judgements:
            _draw(judgement, drawing)
        if each.disturbed:
            drawing.prose(each.disturbed)
    for sentence in closing:
        drawing.prose(sentence)
    return drawing.whole("Claims, and what was measured for them")


class _Drawing:
    """Shapes, one below the other."""

    def __init__(self) -> None:
        self.height = 0.0
        self._shapes: list[str] = []

    def down(self, pixels: float) -> None:
        """Go on further below."""
        self.height += pixels

    def add(self, shape: str) -> None:
        """Add a shape as it is."""
        self._shapes.append(shape)

    def text(self, x: float, text: str, kind: str) -> None:
        """Add a line of text that stands on the current height."""
        self.add(f'<text x="{x:.1f}" y="{self.height:.1f}" class="{kind}">{escape(text)}</text>')

    def prose(self, text: str, kind: str = "quiet") -> None:
        """Add lines of text, each below the one before."""
        for line in textwrap.wrap(text, _CHARACTERS):
            self.down(18)
            self.text(_MARGIN, line, kind)

    def whole(self, title: str) -> str:
        """Return the image."""
        height = round(self.height + _MARGIN)
        size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
                f"<title>{escape(title)}</title>",
                f"<style>{_STYLE}</style>",
                f'<rect class="page" width="{WIDTH}" height="{height}"/>',
                *self._shapes,
                "</svg>",
                "",
            ]
        )


def _draw(found: Judgement, drawing: _Drawing) -> None:
    """Draw a claim: its name, the verdict, the bars, and where it is said."""
    drawing.down(12)
    for line in textwrap.wrap(found.claim.name, _CHARACTERS - 20):
        drawing.down(20)
        drawing.text(_MARGIN, line, "claim")
    drawing.down(19)
    spread = words.spread(found)
    parts = (f"stated: {words.stated(found.claim)}", *([f"spread: {spread}"] if spread else []))
    drawing.text(_MARGIN, found.verdict, "verdict")
    drawing.text(_MARGIN + 150, "; ".join(parts), "quiet")
    bars = words.bars(found)
    if bars:
        _draw_bars(bars, drawing)
    drawing.prose(words.note(found))


def _draw_bars(bars: Sequence[Bar], drawing: _Drawing) -> None:
    *ways, stated = bars
    longest = max(bar.high for bar in bars)
    scale = _LONGEST / longest if longest > 0 else 0
    drawing.down(10)
    top = drawing.height
    bottom = top + len(ways) * (_BAR + _GAP)
    low, high = (_LABELS + max(end, 0) * scale for end in (stated.low, stated.high))
    drawing.add(f'<path class="edge" d="M{_LABELS} {top - 3:.1f}V{bottom:.1f}"/>')
    for bar in ways:
        length = max(bar.high * scale, 1)
        drawing.add(
            f'<rect class="{bar.name}" x="{_LABELS}" y="{drawing.height:.1f}" '
            f'width="{length:.1f}" height="{_BAR}"/>'
        )
        drawing.down(_BAR - 3)
        drawing.text(_LABELS - 8, bar.name, "name")
        drawing.text(max(_LABELS + length, high) + 8, bar.text, "value")
        drawing.down(_GAP + 3)
    drawing.add(
        f'<rect class="band" x="{low:.1f}" y="{top - 3:.1f}" '
        f'width="{high - low:.1f}" height="{bottom - top:.1f}"/>'
    )
    for end in {low, high}:
        drawing.add(f'<path class="mark" d="M{end:.1f} {top - 3:.1f}V{bottom - 3:.1f}"/>')
