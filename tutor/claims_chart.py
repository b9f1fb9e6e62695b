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
_LEGEND = "The mark across a bar is what is stated of it; two marks are the ends of a range."
_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --text: #1b1f24; --quiet: #545c66;
  --right: #0b62c4; --naive: #b34a00; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --text: #e6e9ed; --quiet: #a4adb8;
  --right: #6fb1ff; --naive: #ff9a52; } }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--text); }
.page { fill: var(--page); } .quiet { fill: var(--quiet); font-size: 12px; }
.lesson { font-size: 19px; font-weight: 700; } .claim { font-size: 15px; font-weight: 600; }
.verdict { font-weight: 700; } .name { text-anchor: end; fill: var(--quiet); }
.right { fill: var(--right); } .naive { fill: var(--naive); }
.mark { stroke: var(--text); stroke-width: 2; }
.band { fill: var(--text); fill-opacity: 0.16; }
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
    drawing.down(12)
    for sentence in (_LEGEND, *closing):
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
        _draw_bars(bars, found.claim.measures, drawing)
    drawing.prose(words.note(found))


def _draw_bars(bars: Sequence[Bar], measures: str, drawing: _Drawing) -> None:
    """Draw the ways, and the mark across the bar that the claim is about."""
    *ways, stated = bars
    longest = max(bar.high for bar in bars)
    scale = _LONGEST / longest if longest > 0 else 0
    drawing.down(10)
    for bar in ways:
        length = max(bar.high * scale, 1)
        drawing.add(
            f'<rect class="{bar.name}" x="{_LABELS}" y="{drawing.height:.1f}" '
            f'width="{length:.1f}" height="{_BAR}"/>'
        )
        if (bar.name == "naive") == (measures == "naive"):
            _draw_mark(max(stated.low, 0) * scale, max(stated.high, 0) * scale, drawing)
        drawing.down(_BAR - 3)
        drawing.text(_LABELS - 8, bar.name, "name")
        drawing.text(_LABELS + _LONGEST + 16, bar.text, "value")
        drawing.down(_GAP + 3)


def _draw_mark(low: float, high: float, drawing: _Drawing) -> None:
    left, right, top = _LABELS + low, _LABELS + high, drawing.height - 3
    drawing.add(
        f'<rect class="band" x="{left:.1f}" y="{top:.1f}" '
        f'width="{right - left:.1f}" height="{_BAR + 6}"/>'
    )
    for end in sorted({left, right}):
        drawing.add(f'<path class="mark" d="M{end:.1f} {top:.1f}v{_BAR + 6}"/>')
