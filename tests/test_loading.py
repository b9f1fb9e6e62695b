"""A broken lesson: what a person is told, and where it points."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serving import Site, posix_only

pytestmark = posix_only

LIFESPAN = """\
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI):
    {start}
    yield
    {end}


app = FastAPI(lifespan=lifespan)
"""
PLAIN_ASGI = """\
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no license found"})
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"main.py": "from fastapi import FastAPI\n\napp = FastAPI(\n"},
            "main.py, line 3:\n    app = FastAPI(\nSyntaxError: '(' was never closed",
        ),
        (
            {"main.py": "def app():\n  x = 1\n    y = 2\n"},
            "main.py, line 3:\n    y = 2\nIndentationError: unexpected indent",
        ),
        (
            {"main.py": "\nnumber = int('five')\n"},
            "main.py, line 2:\n    number = int('five')\nValueError: invalid literal for int() "
            "with base 10: 'five'",
        ),
        (
            {"main.py": "import app.core\n", "app/core.py": "x = 1\ny = {}['key']\n"},
            "app/core.py, line 2:\n    y = {}['key']\nKeyError: 'key'",
        ),
        (
            {"main.py": "import not_installed_anywhere\n"},
            "main.py, line 1:\n    import not_installed_anywhere\n"
            "ModuleNotFoundError: No module named 'not_installed_anywhere'",
        ),
        (
            {"main.py": "import sys\nsys.exit(3)\n"},
            "main.py, line 2:\n    sys.exit(3)\nThe code ended itself: 3",
        ),
        (
            {"main.py": LIFESPAN.format(start="app.state.data = open('/no/file')", end="pass")},
            "main.py, line 8:\n    app.state.data = open('/no/file')\n"
            "FileNotFoundError: [Errno 2] No such file or directory: '/no/file'",
        ),
    ],
)
def test_a_broken_lesson_is_told_with_file_line_source_and_error(
    site: Site, files: dict[str, str], told: str
) -> None:
    site.lesson(files)
    with site.serve() as served:
        assert served.ended() == 1
        assert served.text.endswith(f"Error: stages/01_demo/{told}\n")
        assert "Traceback" not in served.text
        assert "Serving" not in served.text


def test_code_that_ends_itself_with_a_sentence_is_told_by_that_alone(site: Site) -> None:
    site.lesson({"main.py": "raise SystemExit('SECRET_KEY is missing')\n"})
    with site.serve() as served:
        assert served.ended() == 1
        assert served.text.endswith("Error: SECRET_KEY is missing\n")
        assert "main.py" not in served.text


def test_a_lifespan_that_fails_at_its_end_is_told_too(site: Site) -> None:
    site.lesson({"main.py": LIFESPAN.format(start="pass", end="1 / 0")})
    with site.serve() as served:
        assert served.get().status == 404
        assert served.stop() == 1
        assert "Error: stages/01_demo/main.py, line 10:\n    1 / 0\nZeroDivision" in served.text
        assert "Traceback" not in served.text


@pytest.mark.parametrize(
    ("main", "told"),
    [
        (
            "application = 1\n",
            "stages/01_demo: main has no 'app'.\n"
            "Define app there, or name another app with --app module:attribute.",
        ),
        (
            "app = {}\n",
            "stages/01_demo: main:app is not an ASGI app but of type dict.\n"
            "Name an app, such as one made by FastAPI().",
        ),
        (
            "from fastapi import FastAPI\n\ndef app():\n    return FastAPI()\n",
            "stages/01_demo: main:app is not an ASGI app but of type function.\n"
            "Name an app, such as one made by FastAPI().",
        ),
        (PLAIN_ASGI, "no license found"),
    ],
)
def test_what_is_not_an_app_or_does_not_start_is_told(site: Site, main: str, told: str) -> None:
    site.lesson({"main.py": main})
    with site.serve() as served:
        assert served.ended() == 1
        assert served.text.endswith(f"Error: {told}\n")


def test_a_missing_module_is_told(site: Site) -> None:
    (site.lesson().folder / "main.py").unlink()
    with site.serve() as served:
        assert served.ended() == 1
        assert "Error: stages/01_demo cannot be served. ModuleNotFoundError: " in served.text


def test_the_card_can_name_a_factory(site: Site) -> None:
    made = "from fastapi import FastAPI\n\ndef app():\n    return FastAPI(title='Made')\n"
    site.lesson({"main.py": made}, "[run.server]\nfactory = true\n")
    with site.serve() as served:
        assert served.get("/openapi.json").json()["info"]["title"] == "Made"


def test_bytecode_that_does_not_fit_the_source_is_not_believed(site: Site) -> None:
    import os
    import py_compile

    main = site.lesson().folder / "main.py"
    main.write_text(main.read_text().replace('"/"', '"/a"'))
    py_compile.compile(str(main))
    before = main.stat()
    main.write_text(main.read_text().replace('"/a"', '"/b"'))
    os.utime(main, ns=(before.st_atime_ns, before.st_mtime_ns))  # a save within the same moment
    with site.serve() as served:
        assert (served.get("/a").status, served.get("/b").status) == (404, 200)


def test_a_file_outside_the_current_directory_is_named_in_full(tmp_path: Path) -> None:
    from tutor.loading import Place

    place = Place(tmp_path / "lesson", tmp_path / "elsewhere")
    assert place.name_of(tmp_path / "lesson" / "main.py") == str(tmp_path / "lesson" / "main.py")
    assert place.name_of(tmp_path / "elsewhere" / "x.py") == "x.py"
