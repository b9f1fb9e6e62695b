"""The picture in the README shows today's commands and lessons."""

import html
import re

from tutor.catalog import ROOT, Catalog


def test_the_picture_shows_the_two_commands_and_every_lesson() -> None:
    picture = (ROOT / "docs" / "terminal.svg").read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<[^>]*>", "", picture)).replace("\xa0", " ")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    for command in ("$ python3 tutor_cli.py run 01", "$ python3 tutor_cli.py test"):
        assert command in readme
        assert command in shown
    for lesson in Catalog().lessons:
        assert lesson.name in shown, "Draw the picture anew: python scripts/picture.py"
    assert re.search(r"\d+ passed, 0 failed", shown)
