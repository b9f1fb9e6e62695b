"""Every lesson is registered by its card, and every file of it has a place."""

from __future__ import annotations

import ast
import re
from collections import Counter
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from tests.checkout import kept_files
from tests.guards.code import app_code, definitions, files_of, python_of, referred
from tutor.catalog import CARD, GROUPS
from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.catalog import Catalog, Lesson

_FOLDER = re.compile(r"\d\d_[a-z0-9_]+")
_EVERYWHERE = (CARD, "README.md", "pyproject.toml", "*.py", ".dockerignore", "Dockerfile")
_KINDS = {
    "stage": (
        *_EVERYWHERE,
        "walkthrough.ipynb",
        "tests/openapi.json",
        "alembic.ini",
        "migrations/script.py.mako",
        "scripts/*.sh",
        ".pre-commit-config.yaml",
        ".github/workflows/*.yml",
        "app/templates/*.html",
        "tests/openapi_v1.json",
        "compose.yaml",
        "requirements.lock",
        "grafana/*.json",
        "grafana/*.yml",
        "k8s/*.yaml",
        "nginx/*.conf",
        "prometheus/*.yml",
        "systemd/*.service",
    ),
    "example": (
        *_EVERYWHERE,
        "naive.Dockerfile",
        "naive.dockerignore",
        "requirements*.txt",
        "requirements*.lock",
        "alerts.yml",
        "log_config.json",
        "rules/*.yml",
    ),
}
_BESIDE_LESSONS = ("examples/README.md", "examples/ruff.toml", "examples/*.ipynb")
_NEEDED = {
    "stage": ("README.md", "pyproject.toml"),
    "example": ("README.md", "pyproject.toml", "main.py", "naive.py", "test_main.py"),
}
_EXAMPLE_NUMBERS = range(56, 81)


def unregistered_folders(catalog: Catalog) -> list[str]:
    """Find folders without a card or a proper name, doubled numbers and gaps between stages."""
    faults: list[str] = []
    folders: dict[str, set[str]] = {}
    for group in GROUPS:
        for name in kept_files(catalog.root):
            if name.startswith(f"{group}/"):
                parts = name.split("/", 2)
                if len(parts) == 3:
                    folders.setdefault("/".join(parts[:2]), set()).add(parts[2])
                elif not any(fnmatch(name, pattern) for pattern in _BESIDE_LESSONS):
                    faults.append(f"{name}: a file beside the lessons that nothing uses.")
    for folder, files in folders.items():
        if not _FOLDER.fullmatch(folder.partition("/")[2]):
            faults.append(f"{folder}: a lesson's folder is named like 05_auth.")
        if CARD not in files:
            faults.append(f"{folder}: the card {CARD} is missing.")
    return faults + list(_misnumbered(catalog))


def _misnumbered(catalog: Catalog) -> Iterator[str]:
    for number, count in Counter(lesson.number for lesson in catalog.lessons).items():
        if count > 1:
            yield f"The number {number} is given to {count} lessons."
    numbers = [int(stage.number) for stage in catalog.stages]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"The stages are numbered {numbers}, not from 1 on without a gap."
    for lesson in catalog.lessons:
        if lesson.kind == "example" and int(lesson.number) not in _EXAMPLE_NUMBERS:
            yield f"{lesson.path}: an example has a number from 56 to 80."


def unknown_files(catalog: Catalog) -> list[str]:
    """Find files of a lesson whose kind no rule knows, and needed ones that are missing."""
    faults: list[str] = []
    for lesson in catalog.lessons:
        files = files_of(lesson)
        kinds = _KINDS[lesson.kind]
        unknown = [name for name in files if not any(fnmatch(name, kind) for kind in kinds)]
        faults += [f"{lesson.path}/{name}: a file of unknown kind." for name in unknown]
        missing = [name for name in _NEEDED[lesson.kind] if name not in files]
        faults += [f"{lesson.path}: {name} is missing." for name in missing]
    return faults


def broken_references(catalog: Catalog) -> list[str]:
    """Find what a card names and its folder does not have."""
    faults: list[str] = []
    for lesson in catalog.lessons:
        try:
            faults += [f"{lesson.path}: {fault}" for fault in _broken(lesson)]
        except TutorError as error:
            faults.append(error.what)
    return faults


def _broken(lesson: Lesson) -> Iterator[str]:
    card = lesson.card
    code = python_of(lesson)
    for app in (card.serve, *card.also, *(companion.app for companion in card.companions)):
        module, _, name = app.partition(":")
        if not any(name in definitions(code.get(file, "")) for file in module_files(module)):
            yield f"the app {app} does not exist."
    references = [each for step in card.steps for each in (*step.code, *step.tests)]
    if card.trap:
        references += card.trap.tests
    for reference in references:
        if not referred(code, reference):
            yield f"{reference} does not exist."


def module_files(module: str) -> tuple[str, str]:
    path = module.replace(".", "/")
    return f"{path}.py", f"{path}/__init__.py"


def unused_modules(catalog: Catalog) -> list[str]:
    """Find modules of an app that nothing serves, imports, tests, or runs by its file name."""
    faults: list[str] = []
    for lesson in catalog.lessons:
        used = {file for module in _used_modules(lesson) for file in module_files(module)}
        modules = (name for name in app_code(lesson) if not name.endswith("__init__.py"))
        used |= _files_run(lesson)
        unused = (name for name in modules if name not in used)
        faults += [f"{lesson.path}/{name}: nothing uses this module." for name in unused]
    return faults


def _used_modules(lesson: Lesson) -> Iterator[str]:
    card = lesson.card
    for app in (card.serve, *card.also, *(companion.app for companion in card.companions)):
        yield app.partition(":")[0]
    yield from (command[0] for command in card.run.before)
    for name, text in python_of(lesson).items():
        yield from imported_modules(text, name)


def _files_run(lesson: Lesson) -> set[str]:
    """Return the texts in a lesson's code that name a Python file, such as `"job.py"`."""
    nodes = (node for text in python_of(lesson).values() for node in ast.walk(ast.parse(text)))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and text.endswith(".py")}


def imported_modules(text: str, name: str) -> Iterator[str]:
    """Yield the full names of what the module in file `name` imports, modules or their members."""
    package = name.split("/")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{each.name}" for each in node.names)
