"""A lesson is found by number, name, a word of its name, or a path; a wrong name helps."""

from pathlib import Path

import pytest

from tutor.catalog import Catalog
from tutor.errors import MisuseError, TutorError

CARD = """
format = 1
title = "A title"
summary = "A summary"
objectives = ["Know one thing"]
minutes = 5
serve = "main:app"
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return a catalog of six lessons."""
    for path in (
        "stages/01_basics",
        "stages/04_async",
        "stages/05_auth",
        "examples/58_task_group",
        "examples/69_task_queue",
        "examples/70_websocket_auth",
    ):
        folder = tmp_path / path
        folder.mkdir(parents=True)
        (folder / "lesson.toml").write_text(CARD, encoding="utf-8")
    return Catalog(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("5", "05_auth"),
        ("05", "05_auth"),
        ("005", "05_auth"),
        ("auth", "05_auth"),
        ("Auth", "05_auth"),
        ("05_auth", "05_auth"),
        ("stages/05_auth", "05_auth"),
        ("stages/05_auth/", "05_auth"),
        ("58", "58_task_group"),
        ("group", "58_task_group"),
        ("task_queue", "69_task_queue"),
        ("websocket", "70_websocket_auth"),
    ],
)
def test_a_lesson_is_found_by_what_a_person_types(catalog: Catalog, wanted: str, name: str) -> None:
    assert catalog.find(wanted).name == name


def test_a_lesson_is_found_by_a_path_from_where_the_person_is(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(catalog.root / "stages")
    assert catalog.find("./05_auth").name == "05_auth"
    monkeypatch.chdir(catalog.root / "stages" / "05_auth")
    assert catalog.find(".").name == "05_auth"
    assert catalog.find("lesson.toml").name == "05_auth"


def test_an_ambiguous_word_names_the_candidates(catalog: Catalog) -> None:
    with pytest.raises(MisuseError) as caught:
        catalog.find("task")
    assert "58_task_group" in caught.value.what
    assert "69_task_queue" in caught.value.what


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        ("basic", "01_basics"),
        ("aut", "05_auth"),
        ("05_aut", "05_auth"),
        ("taskgroup", "58_task_group"),
        ("async_", "04_async"),
        ("3", "04_async"),
        ("57", "58_task_group"),
    ],
)
def test_a_wrong_name_names_the_nearest(catalog: Catalog, wanted: str, nearest: str) -> None:
    with pytest.raises(MisuseError) as caught:
        catalog.find(wanted)
    assert nearest in caught.value.way_out


@pytest.mark.parametrize("wanted", ["", " ", "\0", "²", "xyzzy", "../..", "/", "stages"])
def test_nonsense_is_answered_with_where_to_look(catalog: Catalog, wanted: str) -> None:
    with pytest.raises(MisuseError) as caught:
        catalog.find(wanted)
    assert "tutor_cli list" in caught.value.way_out


def test_a_checkout_without_lessons_says_so(tmp_path: Path) -> None:
    with pytest.raises(MisuseError) as caught:
        Catalog(tmp_path).find("01")
    assert "full checkout" in caught.value.way_out


def test_naming_several_lessons_keeps_their_order_and_drops_doubles(catalog: Catalog) -> None:
    assert [x.name for x in catalog.find_all(["58", "05", "auth"])] == ["58_task_group", "05_auth"]
    assert catalog.find_all([]) == list(catalog.lessons)


def test_the_stage_before_is_the_one_with_the_next_lower_number(catalog: Catalog) -> None:
    before = catalog.before(catalog.find("05"))
    assert before is not None
    assert before.name == "04_async"
    assert catalog.before(catalog.find("01")) is None
    assert catalog.before(catalog.find("58")) is None


def test_a_folder_without_a_card_is_no_lesson(catalog: Catalog) -> None:
    (catalog.root / "stages" / "09_other").mkdir()
    assert "09_other" not in [lesson.name for lesson in catalog.lessons]


@pytest.mark.parametrize(
    ("card", "complaint"),
    [
        (CARD.replace("minutes = 5", "minutes = 0"), "minutes"),
        (CARD + 'colour = "red"', "colour"),
        (CARD.replace('title = "A title"', ""), "missing: title."),
        ("format = 1", "missing: title, summary, objectives, minutes, serve."),
        (
            'format = 2\nminutes = 0\nserve = "main:app"\n[[steps]]\ntitle = ""',
            "missing: title, summary, objectives, steps.0.task, steps.0.code, steps.0.tests, "
            "steps.0.hints; format: Input should be 1; minutes: Input should be greater than 0; "
            "steps.0.title: ",
        ),
        (CARD + "[run]\nbefore = 3", "run.before"),
        ("format = = 1", "not valid TOML"),
    ],
)
def test_a_bad_card_names_the_file_and_each_field(
    catalog: Catalog, card: str, complaint: str
) -> None:
    lesson = catalog.find("05")
    (lesson.folder / "lesson.toml").write_text(card, encoding="utf-8")
    with pytest.raises(TutorError) as caught:
        _ = lesson.card
    assert "stages/05_auth/lesson.toml" in caught.value.what
    assert complaint in caught.value.what
