"""A README as a terminal shows it: commands that can be copied, answers kept apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from rich.markdown import CodeBlock, Markdown
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.markdown import MarkdownElement

_DIAGRAM = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)
_SUMMARY = re.compile(r"<summary>(.*?)</summary>")


class _UnbrokenCode(CodeBlock):
    """Code whose lines are never wrapped: a wrapped command is two commands when it is pasted."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines as they are, indented."""
        yield Text(
            "\n".join(f"    {line}" for line in str(self.text).rstrip().splitlines()),
            style="cyan",
            no_wrap=True,
            overflow="ignore",
        )


class _Lesson(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "fence": _UnbrokenCode,
        "code_block": _UnbrokenCode,
    }


def in_terminal(text: str) -> Markdown:
    """Return the Markdown `text` to print: without HTML, and with a word where a diagram stands."""
    text = _DIAGRAM.sub("*(Here README.md has a diagram.)*", text)
    text = _SUMMARY.sub(r"*\1:*", text)
    return _Lesson(re.sub(r"^</?details>$", "", text, flags=re.MULTILINE), hyperlinks=True)
