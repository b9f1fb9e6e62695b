"""The course card, `lesson.toml`: everything the tool knows about a lesson, in one place."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Idea(_Part):
    """An idea that is new in this lesson, and what it looks like in a syntax tree."""

    idea: Text
    names: tuple[Text, ...] = ()
    """Identifiers: defined, imported, called, decorated with, or read as an attribute."""
    modules: tuple[Text, ...] = ()
    """Modules imported, by their full name or the start of it."""
    nodes: tuple[Text, ...] = ()
    """Classes of the `ast` module, such as `Await`."""
    given_in: dict[Text, Text] = {}
    """Definitions of earlier stages, as `03_name/main.py::name`, that may use it, and why."""


class Companion(_Part):
    """A second app that is served beside the lesson's own."""

    name: Text
    app: Text
    variable: Text
    """The environment variable that tells the lesson where the companion is, as a URL."""


class Run(_Part):
    """How `tutor_cli run` serves the lesson.

    Values of `environment` may hold `{state}` (the lesson's folder below `.tutor/`) and
    `{secret_key}` (a random key, kept there).
    """

    environment: dict[Text, str] = {}
    server: dict[Text, bool | int | str] = {}
    """Arguments of `uvicorn.Config`."""
    before: tuple[tuple[Text, ...], ...] = ()
    """Commands to run in the lesson's folder before it is served: module and arguments."""


class Step(_Part):
    """One step of the exercise: what to do, the tests that prove it, and hints."""

    title: Text
    task: Text
    code: tuple[Text, ...]
    """The parts of the answer that the step adds: `main.py` or `main.py::create_task`."""
    tests: Annotated[tuple[Text, ...], Field(min_length=1)]
    hints: Annotated[tuple[Text, ...], Field(min_length=2, max_length=3)]


class Trap(_Part):
    """The common mistake in `naive.py`, and the tests that it fails."""

    summary: Text
    tests: Annotated[tuple[Text, ...], Field(min_length=1)]


class Card(_Part):
    """A lesson's course card."""

    format: Literal[1]
    title: Text
    summary: Text
    objectives: Annotated[tuple[Text, ...], Field(min_length=1)]
    minutes: Annotated[int, Field(gt=0)]
    serve: Text
    """The app to serve, as `module:attribute`."""
    also: tuple[Text, ...] = ()
    """Other apps in the folder that can be served with `--app`."""
    introduces: tuple[Idea, ...] = ()
    needs: tuple[Literal["redis", "postgresql"], ...] = ()
    programs: dict[Text, Text] = {}
    """Programs that no Python package brings and some tests need, and their Debian packages."""
    companions: tuple[Companion, ...] = ()
    large_tests: bool = False
    """Whether the tests start programs that need more memory, or larger files, than the tool lets
    tests have: a browser, or what builds an image."""
    changes: dict[Text, Text] = {}
    """For a stage: each file that differs from the stage before, and why."""
    run: Run = Run()
    steps: tuple[Step, ...] = ()
    trap: Trap | None = None


def read_card(path: Path) -> Card:
    """Return the card in the TOML file `path`; raise TutorError naming every bad field."""
    where = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        return Card.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise TutorError(f"{where} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TutorError(f"{where} is not valid TOML: {error}.") from error
    except ValidationError as error:
        raise TutorError(f"{where}: {'; '.join(_faults(error))}.") from error


def _faults(error: ValidationError) -> Iterator[str]:
    """Yield what is wrong with a card: the fields that it lacks together, any other by itself."""
    faults = [(".".join(map(str, each["loc"])), each) for each in error.errors()]
    if missing := [field for field, each in faults if each["type"] == "missing"]:
        yield f"missing: {', '.join(missing)}"
    for field, each in faults:
        if each["type"] != "missing":
            yield f"{field}: {each['msg']}"
