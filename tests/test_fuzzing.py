"""No input breaks what a lesson's schema promises: Schemathesis finds out, with made-up input."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fuzzing import amount, copy_of, fuzz, set_by_card, tracebacks
from tests.made_up import change
from tests.serving import Site, posix_only
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from tests.fuzzing import Outcome
    from tutor.catalog import Lesson

pytestmark = posix_only

# 01 is plain FastAPI, and open on purpose.
LESSONS = Catalog().lessons[1:]


@pytest.mark.once  # what is made up is the same, and the lessons' own tests run on each Python
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_promises_of_the_schema_hold(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set_by_card(lesson):
        monkeypatch.delenv(name, raising=False)

    # How a server fails is what some examples are about. A stage never does.
    site = copy_of(lesson, tmp_path)
    outcome = fuzz(site, os.environ, documented_errors=lesson.kind == "example")

    if not outcome.kept:
        pytest.fail(f"{lesson.path}\n{outcome}", pytrace=False)


FAULTY = '''\
"""An app that breaks what its schema promises, in every way that a run has to notice."""

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
anybody = Depends(OAuth2PasswordBearer(tokenUrl="token", auto_error=False))


@app.post("/token")
def login() -> dict[str, str]:
    return {"access_token": "any"}


@app.get("/fails/{number}")
def fails(number: int) -> float:
    return 1 / number


@app.get("/answers-what-is-undocumented")
def undocumented() -> None:
    raise HTTPException(418)


@app.get("/answers-another-type")
def another_type() -> dict[str, str]:
    return PlainTextResponse("{}")


@app.get("/answers-another-shape")
def another_shape() -> dict[str, int]:
    return JSONResponse({"number": "one"})


@app.get("/lets-anybody-in", dependencies=[anybody])
def lets_anybody_in() -> None:
    return None


@app.get("/lets-nobody-in", responses={403: {}})
def lets_nobody_in() -> None:
    raise HTTPException(403)


@app.get("/refuses-what-it-says-it-takes")
def refuses(word: str) -> None:
    if len(word) != 1:
        raise HTTPException(422)


@app.get(
    "/takes-what-it-says-it-refuses",
    openapi_extra={
        "parameters": [{"name": "word", "in": "query", "schema": {"enum": ["yes", "no"]}}]
    },
)
def takes() -> None:
    return None
'''


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Fuzz the app with faults."""
    site = Site(tmp_path_factory.mktemp("faulty"))
    site.lesson({"main.py": FAULTY})
    return fuzz(site, {})


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("/fails/{number}", "Server error"),
        ("/answers-what-is-undocumented", "Undocumented status code"),
        ("/answers-another-type", "Undocumented Content-Type"),
        ("/answers-another-shape", "Response violates schema"),
        ("/lets-anybody-in", "API accepts requests without authentication"),
        ("/refuses-what-it-says-it-takes", "Schema-valid request rejected"),
        ("/takes-what-it-says-it-refuses", "Schema-violating request accepted"),
    ],
)
def test_a_broken_promise_is_found_and_can_be_repeated(
    operation: str, fault: str, faults: Outcome
) -> None:
    parts = re.split("^_+ (.+) _+$", faults.report, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))[f"GET {operation}"]

    assert fault in found
    assert re.search(rf"curl -X GET .*{operation.partition('{')[0]}", found)


def test_an_operation_that_is_never_reached_is_found(faults: Outcome) -> None:
    warnings = faults.report.partition("WARNINGS")[2]

    assert "1 operation returned only 401/403 responses" in warnings
    assert "- GET /lets-nobody-in" in warnings


def test_the_place_of_a_server_error_is_shown_once(faults: Outcome) -> None:
    assert str(faults).count("    return 1 / number") == 1


def test_faults_fail_the_run_by_themselves(faults: Outcome) -> None:
    assert not replace(faults, tracebacks=()).kept


FAILS_AFTERWARDS = """
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


@app.get("/")
def answer(tasks: BackgroundTasks) -> None:
    tasks.add_task(int, "none")
"""


def test_an_error_after_the_answer_is_found(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.lesson({"main.py": FAILS_AFTERWARDS})

    outcome = fuzz(site, {})

    assert outcome.code == 0
    assert "ValueError: invalid literal for int()" in str(outcome)
    assert not outcome.kept
    assert replace(outcome, tracebacks=()).kept


FAILS = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/fails", responses={500: {"description": "It always fails."}})
def fails() -> None:
    raise ValueError("as documented")
"""


def test_an_error_that_is_documented_may_be_allowed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.lesson({"main.py": FAILS})

    outcome = fuzz(site, {}, documented_errors=True)

    assert outcome.kept, outcome


def test_a_documented_error_is_usually_none_the_less(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.lesson({"main.py": FAILS})

    outcome = fuzz(site, {})

    assert "Server error" in outcome.report
    assert "ValueError: as documented" in str(outcome)


def test_an_error_that_is_not_documented_is_never_allowed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.lesson({"main.py": FAILS.replace("{500", "{503")})

    outcome = fuzz(site, {}, documented_errors=True)

    assert "Server error" in outcome.report


def test_documented_errors_do_not_hide_one_after_an_answer(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.lesson({"main.py": FAILS + FAILS_AFTERWARDS.partition("app = FastAPI()")[2]})
    change(
        site.root / "stages/01_demo/main.py", "import FastAPI", "import BackgroundTasks, FastAPI"
    )

    outcome = fuzz(site, {}, documented_errors=True)

    assert outcome.code == 0
    assert "ValueError: invalid literal for int()" in str(outcome)
    assert not outcome.kept


def test_a_traceback_in_a_log_of_json_is_found_once() -> None:
    ends = "".join(f"  line {number}\n" for number in range(9))
    told = {"level": "error", "exception": f"Traceback (most recent call last):\n{ends}ValueError"}
    log = "".join(f"{json.dumps(told | {'number': number})}\n" for number in range(2))

    found = tracebacks(f'INFO: begin\n{log}{{"not": JSON}}\n{{"level": "info"}}\nTraceback\nEnd\n')

    assert found == ("\n".join([*ends.splitlines()[-7:], "ValueError"]), "Traceback\nEnd")


def test_variables_of_a_card_do_not_come_from_outside(tmp_path: Path) -> None:
    card = """
[run.environment]
DATABASE_URL = "sqlite://"

[[companions]]
name = "Other"
app = "other:app"
variable = "OTHER_URL"
"""
    assert set_by_card(Site(tmp_path).lesson(card=card)) == ["DATABASE_URL", "OTHER_URL"]


def test_the_number_of_cases_can_be_chosen() -> None:
    usual = amount({})

    assert "--generation-deterministic" in usual
    assert amount({"FUZZ_EXAMPLES": "7"}) == ["--max-examples=7"]
    assert amount({"FUZZ_EXAMPLES": "7", "FUZZ_SEED": "1"}) == ["--max-examples=7", "--seed=1"]
