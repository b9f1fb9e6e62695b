"""Who may import whom, and who may print."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING

from tests.guards.code import files_of, read
from tests.guards.registration import imported_modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.catalog import Catalog, Lesson

_NOT_FOR_LESSONS = ("tutor", "tutor_cli", "stages", "examples")
_MAY_PRINT = frozenset({"display.py", "bootstrap.py"})
_MAY_IMPORT = {
    "errors.py": frozenset[str](),
    "card.py": frozenset({"tutor.errors"}),
    "catalog.py": frozenset({"tutor.errors", "tutor.card"}),
    "display.py": frozenset(
        {"tutor.errors", "tutor.results", "tutor.result_view", "tutor.markdown"}
    ),
}
"""What the inner files of the engine may import of it when the program runs (types aside)."""


def tied_lessons(catalog: Catalog) -> list[str]:
    """Find lessons that need the tool or another lesson to run."""
    return [fault for lesson in catalog.lessons for fault in _ties(lesson)]


def _ties(lesson: Lesson) -> Iterator[str]:
    for name in files_of(lesson):
        if name.endswith((".py", ".ipynb")):
            text = read(lesson.folder / name)
            source = _cells(text) if name.endswith(".ipynb") else text
            roots = {module.partition(".")[0] for module in imported_modules(source, name)}
            for root in sorted(roots.intersection(_NOT_FOR_LESSONS)):
                yield f"{lesson.path}/{name}: imports {root}; a lesson has to run on its own."


def _cells(notebook: str) -> str:
    cells = json.loads(notebook)["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return re.sub(r"^(\s*)[%!].*$", r"\1pass", code, flags=re.MULTILINE)


def wrong_arrows(catalog: Catalog) -> list[str]:
    """Find imports inside the engine that go outward: to the command line, or from its core."""
    faults: list[str] = []
    for path in sorted((catalog.root / "tutor").glob("*.py")):
        tree = _without_types(ast.parse(read(path)))
        modules = set(imported_modules(ast.unparse(tree), f"tutor/{path.name}"))
        allowed = _MAY_IMPORT.get(path.name)
        for module in sorted(modules):
            if module == "tutor_cli":
                faults.append(f"tutor/{path.name}: imports the command line.")
            elif allowed is not None and _engine_file(module, catalog) - allowed:
                faults.append(f"tutor/{path.name}: imports {module}, which is further out.")
    return faults


def _engine_file(module: str, catalog: Catalog) -> set[str]:
    parts = module.split(".")
    known = len(parts) == 2 and (catalog.root / "tutor" / f"{parts[1]}.py").exists()
    return {module} if parts[0] == "tutor" and known else set()


def _without_types(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = [ast.Pass()]
    return tree


def unexpected_prints(catalog: Catalog) -> list[str]:
    """Find files of the tool, other than display and bootstrap, that print."""
    files = [*sorted((catalog.root / "tutor").glob("*.py")), catalog.root / "tutor_cli.py"]
    return [
        f"{path.relative_to(catalog.root).as_posix()}:{line}: only display.py prints."
        for path in files
        if path.exists() and path.name not in _MAY_PRINT
        for line in _prints(ast.parse(read(path)))
    ]


def _prints(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("print", "typer.echo", "sys.stdout.write", "sys.stderr.write"):
                yield node.lineno
