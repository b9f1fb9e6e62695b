"""What a person sees of a comparison: in a terminal of any width, as JSON, as a page."""

from __future__ import annotations

import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from tests.made_up import FIRST, SECOND, change, make_checkout, write
from tests.test_cli import tutor_cli
from tests.test_comparing_api import APP
from tutor.catalog import ROOT, Catalog
from tutor.comparing import compare
from tutor.comparison_text import SIDE_BY_SIDE, files, folded, labeled, stat
from tutor.errors import MisuseError, TutorError
from tutor.showing_changes import DiffOptions, show_changes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.comparison_text import Row

LONG = 'SENTENCE = "' + "many words that do not fit " * 6 + "wide 漢字" * 30 + '"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "checkout").root


def shown(root: Path, *names: str, **options: Any) -> int:  # noqa: ANN401  # as the options are
    old, new = names or ("01", "02")
    catalog = Catalog(root)
    return show_changes(catalog.find(old), catalog.find(new), catalog, DiffOptions(**options))


def plain(rows: Iterable[Row]) -> list[str]:
    return ["".join(text for text, _ in row) for row in rows]


def test_the_whole_answer_has_header_reasons_and_lines(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(root) == 0

    said = capsys.readouterr().out
    assert said.startswith("01_one → 02_two\n2 files changed, 8 lines added, 3 removed.\n")
    assert "New ideas: Waiting." in said
    assert "No new dependencies." in said
    assert "Left out: 2 changed files of tests (see them with --tests)." in said
    assert "\nmain.py: changed  +6 -1\nWhy: It doubles.\n" in said
    assert "\n@@ -2,10 +2,15 @@\n" in said
    assert '\n-app = ("numbers", "0.1.0")\n+app = ("numbers", "0.2.0")\n' in said


@pytest.mark.parametrize(
    ("reason", "label", "text"),
    [
        ("It doubles.", "Why", "It doubles."),
        ("New: it doubles.", "New", "it doubles."),
        ("03_three: Gone: it doubles.", "03_three", "Gone: it doubles."),
        ("On the way forward (02_two): It doubles.", "On the way forward (02_two)", "It doubles."),
        ("From `a`: it doubles.", "Why", "From `a`: it doubles."),
    ],
)
def test_a_reason_has_one_label(reason: str, label: str, text: str) -> None:
    assert labeled(reason) == (label, text)


def test_the_same_lesson_twice_is_one_sentence(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(root, "02", "02", api=True) == 0

    assert capsys.readouterr().out == (
        "02_two → 02_two\nBoth are the same lesson, so nothing differs.\n"
    )


def test_stat_shows_a_line_a_file_and_no_lines_of_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(root, stat=True)

    said = capsys.readouterr().out
    assert "main.py         +6 -1  changed\n    It doubles.\n" in said
    assert "@@" not in said


def test_dependencies_alone_can_be_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(root / SECOND / "pyproject.toml", "dependencies = []", 'dependencies = ["rich>=15"]')

    shown(root, deps=True)

    said = capsys.readouterr().out
    assert "New dependencies: rich>=15." in said
    assert said.endswith("Dependencies\n+ rich>=15\n")


def test_json_of_the_dependencies_holds_them_alone(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(root / SECOND / "pyproject.toml", "dependencies = []", 'dependencies = ["rich>=15"]')

    shown(root, deps=True, as_json=True)

    assert json.loads(capsys.readouterr().out) == {
        "old": FIRST,
        "new": SECOND,
        "same_lesson": False,
        "dependencies": [{"name": "rich", "old": "", "new": "rich>=15", "group": ""}],
    }


def test_a_file_that_is_the_same_is_all_that_is_said(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(root, files=("hello.py",))

    assert capsys.readouterr().out == "hello.py is the same in both.\n"


def test_the_lines_that_moved_parts_lost_are_explained_once(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    legend = "In an added file, - counts lines that a definition lost when it moved there.\n"
    shown(root, stat=True)
    assert legend not in capsys.readouterr().out

    body = "".join(f"    value += {number}\n" for number in range(9))
    text = f"\n\ndef lost(value: int) -> int:\n{body}    return value\n"
    write(root / FIRST / "hello.py", (root / FIRST / "hello.py").read_text("utf-8") + text)
    write(root / SECOND / "lost.py", text.strip().replace("    value += 8\n", "") + "\n")
    shown(root, stat=True)

    said = capsys.readouterr().out
    assert said.count(legend) == 1
    assert "+0 -1  added" in said
    shown(root, deps=True)
    assert legend not in capsys.readouterr().out


def test_json_holds_all_that_is_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown(root, as_json=True)

    data = json.loads(capsys.readouterr().out)
    assert data["summary"] == {
        "changed": 2, "added": 0, "removed": 0, "moved": 0, "lines_added": 8, "lines_removed": 3
    }  # fmt: skip
    assert data["new_ideas"] == ["Waiting"]
    main = next(each for each in data["files"] if each["name"] == "main.py")
    assert main["whys"] == [{"lesson": "02_two", "text": "It doubles."}]
    assert {"sign": "-", "text": 'app = ("numbers", "0.1.0")', "old": 5, "new": None} in (
        main["hunks"][0]["lines"]
    )


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"strip_prefix": "/api"}, "--strip-prefix changes paths of the API."),
        ({"stat": True, "side_by_side": True}, "--stat shows no lines to put side by side."),
        ({"stat": True, "html": Path("x.html")}, "The page always shows the lines of files."),
        ({"files": ("mian.py",)}, "Neither lesson has a file 'mian.py'."),
    ],
)
def test_what_cannot_go_together_is_a_misuse(
    root: Path, options: dict[str, object], what: str
) -> None:
    with pytest.raises(MisuseError) as caught:
        shown(root, **options)

    assert caught.value.what == what


def test_apis_are_compared_beside_the_header(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for stage, more in ((FIRST, ""), (SECOND, '\n\n@app.get("/")\ndef home() -> None: ...\n')):
        write(root / stage / "main.py", APP.strip() + more)

    assert shown(root, api=True) == 0

    said = capsys.readouterr().out
    assert "1 operation added, 0 removed, 0 changed; 0 breaking changes, 1 compatible." in said
    assert "compatible  GET /: operation added" in said
    assert "@@" not in said


def test_an_app_that_cannot_be_imported_leaves_the_files_compared(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root / FIRST / "main.py", APP)
    write(root / SECOND / "main.py", "import gone\n")

    with pytest.raises(TutorError, match=r"main\.py, line 1:"):
        shown(root, api=True, stat=True)
    assert "main.py" in capsys.readouterr().out

    assert shown(root, api=True, as_json=True) == 1
    data = json.loads(capsys.readouterr().out)
    assert "main.py, line 1:" in data["api"].pop("problem")
    assert data["api"].pop("breaking") is data["api"].pop("compatible") is None
    assert data["api"] == {"added": [], "removed": [], "changed": [], "notes": []}
    assert "main.py" in {each["name"] for each in data["files"]}


def test_json_of_one_lesson_twice_has_an_api_in_which_nothing_differs(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(root, "02", "02", api=True, as_json=True) == 0

    assert json.loads(capsys.readouterr().out)["api"] == {
        "problem": None, "breaking": 0, "compatible": 0,
        "added": [], "removed": [], "changed": [], "notes": [],
    }  # fmt: skip


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("beside", [False, True])
def test_no_line_is_wider_than_the_terminal(root: Path, width: int, beside: bool) -> None:
    change(root / SECOND / "main.py", '"""Numbers."""\n', f'"""Numbers."""\n\n{LONG}')
    catalog = Catalog(root)
    found = compare(catalog.find("01"), catalog.find("02"), catalog)

    rows = [*files(found, width, fold=True, beside=beside), *stat(found, width)]

    assert max(cell_len(line) for line in plain(rows)) <= width


def test_side_by_side_shows_what_was_beside_what_came(root: Path) -> None:
    catalog = Catalog(root)
    found = compare(catalog.find("01"), catalog.find("02"), catalog, wanted=["pyproject.toml"])

    lines = plain(files(found, 100, fold=True, beside=True))

    [changed] = [line for line in lines if line.startswith("   4 ")]
    assert re.fullmatch(r'   4 -version = "0\.1\.0" +│    4 \+version = "0\.2\.0"', changed)


@pytest.mark.parametrize("width", [SIDE_BY_SIDE - 1, SIDE_BY_SIDE])
def test_a_narrow_terminal_shows_one_column_and_says_so(
    root: Path, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))

    shown(root, side_by_side=True)

    said = capsys.readouterr().out
    assert ("│" in said) is (width == SIDE_BY_SIDE)
    assert (f"need {SIDE_BY_SIDE} columns; here are {width}." in said) is (width < SIDE_BY_SIDE)


def test_side_by_side_in_a_file_is_wide_enough_for_most_lines(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    change(root / SECOND / "main.py", '"""Numbers."""', f'"""{"Numbers. " * 7}"""')

    shown(root, side_by_side=True)

    said = capsys.readouterr().out
    assert f'+"""{"Numbers. " * 7}"""' in said
    assert "↪" not in said


@pytest.mark.parametrize("width", [20, 30, 40])
def test_a_line_is_folded_between_words(width: int) -> None:
    text = "    a = words(of_this, or_that, many)  # and more"

    pieces = folded(text, width)

    assert len(pieces) > 1
    words = [word for piece in pieces for word in piece.replace("↪", "").split()]
    assert words == text.split()


def test_only_a_word_that_is_too_long_is_broken() -> None:
    assert folded("one " + "x" * 12 + " two", 10) == [
        "one ",
        "  ↪ xxxxxx",
        "  ↪ xxxxxx",
        "  ↪  two",
    ]


@pytest.mark.parametrize("text", ["", "short", "word " * 30, "x" * 100, "漢" * 50, " " * 70 + "x"])
def test_a_folded_line_keeps_all_of_its_text(text: str) -> None:
    pieces = folded(text, 40)

    assert pieces[0] + "".join(piece.removeprefix("  ↪ ") for piece in pieces[1:]) == text
    assert all(cell_len(piece) <= 40 for piece in pieces)


def test_characters_that_would_control_the_terminal_are_shown_as_pictures(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root / SECOND / "odd.txt", "a\x1b[2Jb\tc\x7f\n")

    shown(root, files=("odd.txt",))

    assert "+a␛[2Jb  c␡\n" in capsys.readouterr().out


class Page(HTMLParser):
    """What a page holds: its addresses, names, texts, and whether all that opens also closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.names: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what opens, its addresses and its name."""
        if tag != "meta":
            self.open.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("href", "src", "action")]
        self.names += [value or "" for key, value in attrs if key == "id"]

    def handle_endtag(self, tag: str) -> None:
        """Hold that what closes is what opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


@pytest.mark.parametrize("side_by_side", [False, True])
def test_the_page_is_whole_and_fetches_nothing(
    root: Path, tmp_path: Path, side_by_side: bool
) -> None:
    write(root / SECOND / "a b.txt", "<script>alert(1)</script> & more\n")

    shown(root, html=tmp_path / "page.html", side_by_side=side_by_side)

    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert page.addresses
    assert {address.removeprefix("#") for address in page.addresses} <= set(page.names)
    assert "url(" not in text
    assert "<script" not in text
    assert "It doubles." in page.texts
    assert "<script>alert(1)</script> & more" in page.texts
    assert [path.name for path in tmp_path.iterdir()] == ["checkout", "page.html"]


def test_the_page_holds_the_apis_or_why_there_are_none(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root / FIRST / "main.py", APP)
    write(root / SECOND / "main.py", APP + '\n\n@app.get("/new")\ndef new() -> None: ...\n')
    shown(root, html=tmp_path / "page.html", api=True)
    assert "GET /new" in Page((tmp_path / "page.html").read_text(encoding="utf-8")).texts

    write(root / SECOND / "main.py", "import gone\n")
    with pytest.raises(TutorError, match="line 1"):
        shown(root, html=tmp_path / "page.html", api=True)
    assert "main.py, line 1:" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"the page is {tmp_path / 'page.html'}" in capsys.readouterr().out


@pytest.mark.parametrize("place", ["gone/page.html", ".", "file/page.html"])
def test_a_page_that_cannot_be_written_is_a_sentence_and_leaves_nothing(
    root: Path, tmp_path: Path, place: str
) -> None:
    folder = tmp_path / "out"
    write(folder / "file", "kept\n")

    with pytest.raises(TutorError) as caught:
        shown(root, html=folder / place)

    assert caught.value.exit_code == 1
    assert str(folder / place) in caught.value.what
    assert [path.name for path in folder.iterdir()] == ["file"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout", "out"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_page_does_not_take_the_place_of_what_is_no_file(root: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(TutorError, match="pipe is not a file to write to"):
        shown(root, html=tmp_path / "pipe")

    assert (tmp_path / "pipe").is_fifo()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pages of two real stages, one of them side by side."""
    folder = tmp_path_factory.mktemp("pages")
    checkout = make_checkout(folder / "made-up").root
    change(checkout / SECOND / "main.py", '"""Numbers."""\n', f'"""Numbers."""\n\n{LONG}')
    shown(ROOT, html=folder / "one.html", api=True)
    shown(ROOT, html=folder / "two.html", side_by_side=True, tests=True)
    shown(checkout, html=folder / "long.html")
    return folder


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium is not here; Debian's package is called chromium")
    return found


@pytest.mark.once  # the browser's part: layout and colors
def test_the_page_fits_phones_and_wide_screens_in_a_real_browser(pages: Path) -> None:
    sync = pytest.importorskip("playwright.sync_api", reason="the package playwright is not here")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), chromium_sandbox=False, args=["--disable-gpu"]
        )
        try:
            for page in sorted(pages.glob("*.html")):
                for width in (380, 1400):
                    tab = browser.new_page(viewport={"width": width, "height": 900})
                    asked: list[str] = []
                    tab.on("request", lambda request, asked=asked: asked.append(request.url))
                    tab.goto(page.as_uri())
                    assert asked == [page.as_uri()]
                    assert tab.evaluate("document.documentElement.scrollWidth") == width, page.name
                    assert tab.evaluate(HIDDEN) == [], page.name
                    tab.close()
        finally:
            browser.close()


HIDDEN = """
[...document.querySelectorAll('code, p, li, h1, h2, h3')]
  .filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
  .map(each => each.textContent)
"""
"""Texts that are cut off at the right edge of their box."""


@pytest.mark.once  # the browser's part: layout and colors
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_of_the_page_has_enough_contrast(pages: Path, scheme: str) -> None:
    sync = pytest.importorskip("playwright.sync_api", reason="the package playwright is not here")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), chromium_sandbox=False, args=["--disable-gpu"]
        )
        try:
            tab = browser.new_page(color_scheme=scheme)
            tab.goto((pages / "one.html").as_uri())
            weakest = min(map(contrast, tab.evaluate(COLORS)))
        finally:
            browser.close()
    assert weakest >= 4.5


COLORS = """
[...new Set([...document.querySelectorAll('body *')].filter(each => each.innerText).map(each => {
  let behind = each;
  while (behind && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)')
    behind = behind.parentElement;
  return getComputedStyle(each).color + getComputedStyle(behind).backgroundColor;
}))]
"""
"""Each pair of a text's color and the color behind it."""


def contrast(colors: str) -> float:
    """Return the contrast of two colors as WCAG 2 defines it, from 1 to 21."""
    values = [int(value) / 255 for value in re.findall(r"\d+", colors)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    light = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear[:3], linear[3:])]
    return (max(light) + 0.05) / (min(light) + 0.05)


def test_the_command_compares_in_any_order_and_ends_well() -> None:
    forward, backward = (tutor_cli(ROOT, "diff", *names) for names in (("01", "02"), ("02", "01")))

    assert (forward.returncode, backward.returncode) == (0, 0)
    assert forward.stdout.startswith("01_basics → 02_validation\n")
    assert backward.stdout.startswith("02_validation → 01_basics\n")
    assert "\x1b" not in forward.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["01", "77"], 2, "Error: There is no lesson '77'."),
        (["01", "02", "--file", "modls.py"], 2, "Error: Neither lesson has a file 'modls.py'."),
        (["01", "02", "--html", "gone/x.html"], 1, "Error: gone/x.html cannot be written"),
        (["01"], 2, "Missing argument"),
    ],
)
def test_the_command_says_in_a_sentence_what_is_wrong(
    arguments: list[str], code: int, said: str
) -> None:
    result = tutor_cli(ROOT, "diff", *arguments)

    assert result.returncode == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr
