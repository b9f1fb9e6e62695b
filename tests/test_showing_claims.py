"""What a person sees of measured claims: a table and bars, as JSON, as a chart."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from tests.claim_maker import claim, claiming, printing
from tests.lesson_maker import make_lesson
from tests.test_cli import tutor_cli
from tutor import claims_text as words
from tutor import machine
from tutor.catalog import ROOT
from tutor.showing_claims import BenchOptions, show_claims
from tutor.verdicts import judge

if TYPE_CHECKING:
    from pathlib import Path

TIME = {"right": [150, 151, 152], "naive": [330, 331, 332]}
CLAIMS: list[dict[str, Any]] = [
    TIME,
    {"name": "Time of it in sequence", "measures": "naive", "stated": 500} | TIME,
    {"name": "Time saved", "measures": "saving", "stated": 55} | TIME,
    {
        "name": "Bytes <saved> & more",
        "unit": "bytes",
        "measures": "saving",
        "stated": [70, 90],
        "right": [25_000] * 3,
        "naive": [50_000] * 3,
    },
    {"name": "How often", "measures": "ratio", "stated": 2, "right": [1, 2, 3], "naive": [4, 4, 4]},
    {"name": "Rules", "stated": 1, "missing": "promtool is not here"},
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine be a quiet one."""
    monkeypatch.setattr(machine, "LOADED", float("inf"))
    monkeypatch.setattr(machine, "SLOWED", float("inf"))


def shown(root: Path, *claims: dict[str, Any], **options: Any) -> int:  # noqa: ANN401 - as they are
    return show_claims([claiming(root, printing(*claims))], BenchOptions(rounds=3, **options))


@pytest.mark.usefixtures("quiet")
def test_the_table_has_a_row_for_each_claim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert shown(tmp_path, *CLAIMS) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    table = [re.split(r"\s{2,}", line.strip()) for line in out.split("\n\n")[1].splitlines()]
    assert table[0] == ["Claim", "Stated", "Measured here", "Spread", "Verdict"]
    assert ["Time of a profile", "right 150 ms", "right 151 ms", "0.7 %", "holds"] in table
    assert table[table.index(["naive 331 ms"]) - 1][0] == "Time of a profile"
    in_sequence = ["Time of it in", "naive 500 ms", "naive 331 ms", "0.3 %", "holds in part"]
    assert in_sequence in [[row[0][:13], *row[1:]] for row in table]
    assert ["Time saved", "55 % less", "54.4 % less", "0.2 points", "holds"] in table
    assert "70 to 90 % less" in out
    assert "50 % less" in out
    assert ["How often", "factor 2", "factor 2", "66.7 %", "too noisy to tell"] in table
    assert ["Rules", "right 1 ms", "not measured here"] in table


@pytest.mark.usefixtures("quiet")
def test_each_claim_has_bars_to_one_scale_and_its_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(tmp_path, {"right": [100] * 3, "naive": [400] * 3, "stated": [100, 200]})
    out = capsys.readouterr().out
    right, naive, stated = (
        re.search(rf"^ *{name} ([█▎▒░]+) (.*)$", out, re.MULTILINE)
        for name in ("right", "naive", "stated")
    )
    assert right
    assert naive
    assert stated
    assert (right[1], naive[1]) == ("█" * 12 + "▎", "█" * 49)  # a quarter of 49 is 12 1/4
    assert stated[1] == "▒" * 12 + "░" * 12
    assert (right[2], naive[2], stated[2]) == ("100 ms", "400 ms", "right 100 to 200 ms")
    assert "Said in: many tutorials. The right way was better in 3 of 3 rounds." in out


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("columns", [60, 80, 100])
def test_it_fits_the_terminal_and_loses_no_word(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    long = {"name": "Requests per second with one worker a core", "unit": "requests/s"}
    samples = {"stated": 1_000, "right": [1234.5], "naive": [12_345]}
    shown(tmp_path, *CLAIMS, long | samples | {"better": "higher"})
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= columns
    said = " ".join(out.split())
    for text in ("Requests", "requests/s", "12,345", "1,234", "promtool is not here", "profile"):
        assert text in said
    assert "Verdicts: holds 3, holds in part 2, too noisy to tell 1," in said


@pytest.mark.usefixtures("quiet")
def test_a_narrow_terminal_gets_a_record_for_each_claim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    shown(tmp_path, TIME)
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("Time of a profile")
    assert lines[start + 1 : start + 6] == [
        "Stated         right 150 ms",
        "Measured here  right 151 ms",
        "               naive 331 ms",
        "Spread         0.7 %",
        "Verdict        holds",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0003, "0.0003"),
        (0.01234, "0.0123"),
        (1.5, "1.50"),
        (12.345, "12.3"),
        (123.45, "123"),
        (14_000, "14,000"),
        (-3.25, "-3.25"),
    ],
)
def test_a_number_has_the_digits_that_count(value: float, text: str) -> None:
    assert words.number(value) == text


def test_a_saving_that_is_none_says_more() -> None:
    found = judge(claim(measures="saving", stated=50, right=[120], naive=[100]))
    assert next(words.measured(found)) == "20 % more"


def test_a_stated_saving_is_drawn_as_what_the_right_way_would_be() -> None:
    found = judge(claim(measures="saving", stated=[70, 90], right=[50], naive=[100]))
    bar = words.bars(found)[-1]
    assert bar.name == "stated"
    assert (bar.low, bar.high) == pytest.approx((10, 30))


def test_bars_without_block_characters_are_ascii() -> None:
    found = judge(claim(stated=[50, 100], right=[0.001], naive=[100]))
    bars = [bar for _, bar, _ in words.chart(found, 60, blocks=False)]
    assert bars[0] == "#"
    assert set(bars[1]) == {"#"}
    assert re.fullmatch("=+-+", bars[2])


def test_samples_of_zero_have_no_bar() -> None:
    found = judge(claim(stated=0, right=[0, 0], naive=[0, 0]))
    assert [bar for _, bar, _ in words.chart(found, 60, blocks=True)] == ["", "", ""]


def test_a_machine_that_was_not_quiet_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "LOADED", -1.0)
    monkeypatch.setattr(machine, "SLOWED", -2.0)
    shown(tmp_path, TIME)
    out = " ".join(capsys.readouterr().out.split())
    assert "The machine was busy: a fixed piece of work took" in out
    assert ("Other programs were running before the start" in out) == (sys.platform != "win32")


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("rounds", "told"), [(1, True), (4, True), (5, False)])
def test_few_rounds_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rounds: int, *, told: bool
) -> None:
    show_claims([claiming(tmp_path, printing(TIME))], BenchOptions(rounds=rounds))
    assert ("So few rounds show little of the spread" in capsys.readouterr().out) == told


def test_json_has_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(tmp_path, *CLAIMS, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["machine"]["cores"] == os.cpu_count()
    assert told["rounds"] == 3
    assert told["failed"] == []
    [lesson] = told["lessons"]
    assert lesson["name"] == "57_claims"
    first, *others = lesson["claims"]
    assert first["right"] == first["values"] == TIME["right"]
    assert first["quantity"]["median"] == 151
    assert first["quantity"]["quartiles"] == [150.5, 151.5]
    assert (first["holds_from"], first["holds_to"]) == (None, 180)
    assert (first["rounds_won"], first["verdict"]) == (3, "holds")
    assert others[-1]["missing"] == "promtool is not here"
    assert others[-1]["quantity"] is None


@pytest.mark.parametrize("as_json", [False, True])
def test_a_lesson_that_fails_does_not_cost_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    lessons = [
        claiming(tmp_path, "raise SystemExit('no luck')", "56_bad"),
        claiming(tmp_path, printing(TIME)),
    ]
    assert show_claims(lessons, BenchOptions(as_json=as_json)) == 1
    out, err = capsys.readouterr()
    what = "56_bad: claims.py failed with exit status 1."
    if as_json:
        told = json.loads(out)
        assert told["failed"] == [{"name": "56_bad", "what": what, "way_out": "no luck"}]
        assert [lesson["name"] for lesson in told["lessons"]] == ["57_claims"]
    else:
        assert err.splitlines() == [f"Error: {what}", "no luck"]
        assert "Time of a profile" in out


def test_the_chart_is_an_image_with_texts_and_bars(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "claims.svg"
    file.write_text("an older chart", encoding="utf-8")
    assert shown(tmp_path, *CLAIMS, svg=file) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"The chart is {file}"
    image = ElementTree.parse(file).getroot()  # noqa: S314 - our own file
    texts = [text.text for text in image.iter(f"{SVG}text")]
    for text in ("57_claims", "Bytes <saved> & more", "151 ms", "331 ms", "holds in part"):
        assert text in texts
    width, height = float(image.attrib["width"]), float(image.attrib["height"])
    for line in image.iter(f"{SVG}text"):
        assert 0 < float(line.attrib["x"]) < width
        assert 0 < float(line.attrib["y"]) < height
    style = image.find(f"{SVG}style")
    assert style is not None
    assert "prefers-color-scheme: dark" in str(style.text)
    assert list(tmp_path.glob(".claims*")) == []


def test_in_the_chart_bars_and_mark_have_one_scale(tmp_path: Path) -> None:
    file = tmp_path / "claims.svg"
    shown(tmp_path, {"right": [100], "naive": [400], "stated": [200, 300]}, svg=file)
    image = ElementTree.parse(file).getroot()  # noqa: S314 - our own file
    right, naive, band = (
        next(bar.attrib for bar in image.iter(f"{SVG}rect") if bar.attrib["class"] == kind)
        for kind in ("right", "naive", "band")
    )
    unit = float(right["width"]) / 100
    assert float(naive["width"]) == pytest.approx(400 * unit)
    assert float(band["width"]) == pytest.approx(100 * unit)
    assert float(band["x"]) - float(right["x"]) == pytest.approx(200 * unit)
    assert abs(float(band["y"]) - float(right["y"])) < abs(float(band["y"]) - float(naive["y"]))


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout of the tool alone, with one lesson that claims and one that does not."""
    root = tmp_path_factory.mktemp("tool")
    shutil.copytree(ROOT / "tutor", root / "tutor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tutor_cli.py", root)
    claiming(root, "import sys\nprint('Round 1', file=sys.stderr)\n" + printing(*CLAIMS))
    make_lesson(root, "01_only", "")
    return root


def test_the_command_shows_the_table_and_no_progress_away_from_a_terminal(tool: Path) -> None:
    result = tutor_cli(tool, "bench", "57", "--rounds", "1")
    assert (result.returncode, result.stderr) == (0, "")
    assert "Time of a profile" in result.stdout


@pytest.mark.parametrize(("words_typed", "rounds"), [([], 2), (["--rounds", "3"], 3)])
def test_the_rounds_are_as_the_option_says_or_else_the_variable(
    tool: Path, words_typed: list[str], rounds: int
) -> None:
    result = tutor_cli(tool, "bench", "57", "--json", *words_typed, CLAIMS_ROUNDS="2")
    assert json.loads(result.stdout)["rounds"] == rounds


def test_a_chart_that_cannot_be_written_does_not_cost_the_results(tool: Path) -> None:
    result = tutor_cli(tool, "bench", "all", "--svg", "nowhere/claims.svg")
    assert result.returncode == 1
    assert "Time of a profile" in result.stdout
    assert result.stderr.splitlines() == [
        "Error: nowhere/claims.svg cannot be written: No such file or directory.",
        "Name a file in a folder of yours.",
    ]


@pytest.mark.parametrize(
    ("words_typed", "sentence"),
    [
        (["01"], "01_only has no claims.py: it claims nothing."),
        (["58"], "There is no lesson '58'."),
        (["57", "--rounds", "0"], "Invalid value for '--rounds'"),
        ([], "Missing argument"),
    ],
)
def test_a_misuse_is_told_before_anything_runs(
    tool: Path, words_typed: list[str], sentence: str
) -> None:
    result = tutor_cli(tool, "bench", *words_typed)
    assert (result.returncode, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX terminal")
def test_a_terminal_gets_progress_and_ctrl_c_is_one_sentence(tool: Path) -> None:
    pexpect = pytest.importorskip("pexpect", reason="needs the package pexpect")
    folder = tool / "examples" / "59_waits"
    if not folder.exists():
        code = "import sys, time\nprint('Round 1', file=sys.stderr)\ntime.sleep(600)"
        claiming(tool, code, "59_waits")
    environment = os.environ | {"TUTOR_ENVIRONMENT_READY": "1", "TERM": "xterm"}
    child = pexpect.spawn(
        sys.executable,
        ["tutor_cli.py", "bench", "57", "59"],
        cwd=str(tool),
        env=environment,
        timeout=60,
        encoding="utf-8",
    )
    try:
        child.expect("59_waits: Round 1")
        before = child.before
        child.sendintr()
        child.expect("Stopped before every lesson was measured.")
        said = child.before
        child.expect(pexpect.EOF)
        assert "Traceback" not in said + child.before
    finally:
        child.close(force=True)
        shutil.rmtree(folder)
    assert "57_claims: 7 rounds ..." in before
    assert "57_claims: Round 1" in before
    assert "Time of a profile" in before
    assert "\x1b[" in before
    assert child.exitstatus not in (None, 0)
