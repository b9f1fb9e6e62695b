"""The guards of registration and imports find what is wrong with a lesson or the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.guards.imports import tied_lessons, unexpected_prints, wrong_arrows
from tests.guards.registration import (
    broken_references,
    unknown_files,
    unregistered_folders,
    unused_modules,
)
from tests.made_up import EXAMPLE, FIRST, SECOND, change, make_checkout, write
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checkout(tmp_path).root


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("stages/03_three/main.py", "stages/03_three: the card lesson.toml is missing."),
        ("examples/Ten/lesson.toml", "examples/Ten: a lesson's folder is named like 05_auth."),
        ("stages/notes.md", "stages/notes.md: a file beside the lessons that nothing uses."),
        ("examples/56_more/lesson.toml", "The number 56 is given to 2 lessons."),
        ("examples/55_more/lesson.toml", "examples/55_more: an example has a number from 56 to"),
        ("examples/57_more/main.py", "examples/57_more: the card lesson.toml is missing."),
        ("stages/04_four/lesson.toml", "The stages are numbered [1, 2, 4], not from 1 on without"),
    ],
)
def test_every_lesson_is_registered(root: Path, file: str, fault: str) -> None:
    write(root / file, "")

    [found] = unregistered_folders(Catalog(root))

    assert found.startswith(fault)


def test_the_examples_have_a_page_settings_and_notebooks_of_their_own(root: Path) -> None:
    write(root / "examples" / "README.md", "")
    write(root / "examples" / "ruff.toml", "")
    write(root / "examples" / "group.ipynb", "")

    assert unregistered_folders(Catalog(root)) == []


@pytest.mark.parametrize("name", ["notes.txt", "data/tasks.csv", "tests/other.json", "main.pyx"])
def test_every_file_of_a_lesson_has_a_kind(root: Path, name: str) -> None:
    write(root / SECOND / name, "")

    assert unknown_files(Catalog(root)) == [f"{SECOND}/{name}: a file of unknown kind."]


@pytest.mark.parametrize(
    "name",
    ["walkthrough.ipynb", "tests/openapi.json", "alembic.ini", "naive.txt", "rules.yml", ".env"],
)
def test_every_file_of_an_example_has_a_kind(root: Path, name: str) -> None:
    write(root / EXAMPLE / name, "")

    assert unknown_files(Catalog(root)) == [f"{EXAMPLE}/{name}: a file of unknown kind."]


@pytest.mark.parametrize(
    "name",
    [
        "claims.py",
        "conftest.py",
        "gunicorn_conf.py",
        "Dockerfile",
        "naive.Dockerfile",
        ".dockerignore",
        "requirements.lock",
        "requirements.txt",
        "alerts.yml",
        "rules/alerts.yml",
    ],
)
def test_an_example_may_have(root: Path, name: str) -> None:
    write(root / EXAMPLE / name, "")

    assert unknown_files(Catalog(root)) == []
    assert unused_modules(Catalog(root)) == []


@pytest.mark.parametrize(
    "name", ["README.md", "pyproject.toml", "main.py", "naive.py", "test_main.py"]
)
def test_an_example_has_what_it_needs(root: Path, name: str) -> None:
    (root / EXAMPLE / name).unlink()

    assert unknown_files(Catalog(root)) == [f"{EXAMPLE}: {name} is missing."]


@pytest.mark.parametrize("name", ["README.md", "pyproject.toml"])
def test_a_stage_has_what_it_needs(root: Path, name: str) -> None:
    (root / FIRST / name).unlink()

    assert unknown_files(Catalog(root)) == [f"{FIRST}: {name} is missing."]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('serve = "main:app"', 'serve = "main:other"', "the app main:other does not exist."),
        ('also = ["hello:app"]', 'also = ["gone:app"]', "the app gone:app does not exist."),
        ('"main.py::double"', '"main.py::treble"', "main.py::treble does not exist."),
        ('"main.py::double"', '"gone.py"', "gone.py does not exist."),
        ("::test_double", "::test_treble", "tests/test_numbers.py::test_treble does not exist."),
        (
            "[[steps]]",
            '[trap]\nsummary = "A trap"\ntests = ["test_main.py::test_it"]\n\n[[steps]]',
            "test_main.py::test_it does not exist.",
        ),
        (
            "[[steps]]",
            '[[companions]]\nname = "up"\napp = "up:app"\nvariable = "URL"\n\n[[steps]]',
            "the app up:app does not exist.",
        ),
    ],
)
def test_what_a_card_names_exists(root: Path, old: str, new: str, fault: str) -> None:
    change(root / SECOND / "lesson.toml", old, new)

    assert broken_references(Catalog(root)) == [f"{SECOND}: {fault}"]


def test_a_card_that_cannot_be_read_is_reported(root: Path) -> None:
    change(root / SECOND / "lesson.toml", "format = 1", "format = 2")

    [found] = broken_references(Catalog(root))

    assert found.startswith(f"{SECOND}/lesson.toml: format:")


def test_an_app_in_a_package_is_found(root: Path) -> None:
    change(root / SECOND / "lesson.toml", "hello:app", "package.sub:app")
    write(root / SECOND / "package" / "sub" / "__init__.py", "app = 1\n")

    assert broken_references(Catalog(root)) == []


def test_every_module_of_an_app_is_used(root: Path) -> None:
    write(root / SECOND / "app" / "lost.py", "")
    write(root / SECOND / "app" / "__init__.py", "")

    assert unused_modules(Catalog(root)) == [f"{SECOND}/app/lost.py: nothing uses this module."]


@pytest.mark.parametrize(
    ("user", "statement"),
    [
        ("main.py", "import app.found"),
        ("main.py", "from app import found"),
        ("main.py", "from app.found import it"),
        ("app/__init__.py", "from .found import it"),
        ("app/__init__.py", "from . import found"),
        ("app/sub/__init__.py", "from ..found import it"),
        ("tests/test_found.py", "import app.found"),
    ],
)
def test_a_module_that_is_imported_is_used(root: Path, user: str, statement: str) -> None:
    write(root / SECOND / "app" / "found.py", "")
    write(root / SECOND / user, f"{statement}\n")

    assert unused_modules(Catalog(root)) == []


def test_every_module_of_an_example_is_used(root: Path) -> None:
    write(root / EXAMPLE / "lost.py", "")
    write(root / EXAMPLE / "found.py", "")
    write(root / EXAMPLE / "conftest.py", "import found\n")

    assert unused_modules(Catalog(root)) == [f"{EXAMPLE}/lost.py: nothing uses this module."]


def test_a_module_that_is_run_by_its_file_name_is_used(root: Path) -> None:
    write(root / EXAMPLE / "job.py", "")
    write(root / EXAMPLE / "conftest.py", 'COMMAND = ["python", "job.py"]\n')

    assert unused_modules(Catalog(root)) == []


def test_what_the_tool_runs_by_itself_is_used(root: Path) -> None:
    change(root / SECOND / "lesson.toml", "[changes]", '[run]\nbefore = [["prepare"]]\n\n[changes]')
    for name in ("prepare.py", "naive.py", "claims.py"):
        write(root / SECOND / name, "")

    assert unused_modules(Catalog(root)) == []


@pytest.mark.parametrize(
    ("file", "statement", "package"),
    [
        ("main.py", "import tutor.display", "tutor"),
        ("main.py", "from stages import one", "stages"),
        ("tests/test_numbers.py", "    from tutor_cli import app", "tutor_cli"),
        ("claims.py", "import examples", "examples"),
    ],
)
@pytest.mark.parametrize("lesson", [SECOND, EXAMPLE])
def test_a_lesson_runs_without_the_tool_and_other_lessons(
    root: Path, lesson: str, file: str, statement: str, package: str
) -> None:
    path = root / lesson / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    write(path, f"if True:\n    pass\n{text}{statement.strip()}\n")

    assert tied_lessons(Catalog(root)) == [
        f"{lesson}/{file}: imports {package}; a lesson has to run on its own."
    ]


def test_a_notebook_runs_without_the_tool(root: Path) -> None:
    change(root / SECOND / "walkthrough.ipynb", "1 + 1", "from tutor.catalog import ROOT")

    [found] = tied_lessons(Catalog(root))

    assert found.startswith(f"{SECOND}/walkthrough.ipynb: imports tutor;")


@pytest.mark.parametrize(
    ("file", "source", "fault"),
    [
        ("running.py", "import tutor_cli\n", "imports the command line."),
        ("running.py", "def run():\n    from tutor_cli import app\n", "imports the command line."),
        ("display.py", "from tutor import running\n", "imports tutor.running, which is further"),
        ("display.py", "from tutor.running import run\n", "imports tutor.running, which is"),
        ("catalog.py", "import tutor.display\n", "imports tutor.display, which is further out."),
        ("errors.py", "from tutor import display\n", "imports tutor.display, which is"),
    ],
)
def test_imports_point_inward(root: Path, file: str, source: str, fault: str) -> None:
    write(root / "tutor" / "running.py", "")
    write(root / "tutor" / file, source)

    [found] = wrong_arrows(Catalog(root))

    assert found.startswith(f"tutor/{file}: {fault}")


def test_types_may_come_from_further_out(root: Path) -> None:
    write(root / "tutor" / "running.py", "")
    source = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import tutor.running\n"
    write(root / "tutor" / "display.py", source)

    assert wrong_arrows(Catalog(root)) == []


@pytest.mark.parametrize("file", ["tutor/running.py", "tutor_cli.py"])
@pytest.mark.parametrize(
    "call", ["print(1)", "import sys; sys.stdout.write('1')", "import typer; typer.echo(1)"]
)
def test_only_display_prints(root: Path, file: str, call: str) -> None:
    write(root / file, f"def talk():\n    {call}\n")

    assert unexpected_prints(Catalog(root)) == [f"{file}:2: only display.py prints."]
