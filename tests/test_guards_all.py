"""Every guard is content with the checkout, and with the made-up one that the others break.

The guard of steps has a file of its own, `test_guards_steps.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer.main

import tutor_cli
from tests.guards import (
    budget,
    copies,
    ideas,
    imports,
    mentions,
    registration,
    tables,
    text,
    traps,
    versions,
)
from tests.made_up import make_checkout
from tutor.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def unknown_commands(catalog: Catalog) -> list[str]:
    """Compare with the real command line."""
    group = typer.main.get_command(tutor_cli.app)
    assert isinstance(group, typer.core.TyperGroup)
    commands = {
        name: {"-h", "--help", *(option for each in command.params for option in each.opts)}
        for name, command in group.commands.items()
    }
    return mentions.unknown_commands(catalog, commands)


GUARDS = [
    budget.long_functions,
    budget.oversized_steps,
    budget.unnamed_definitions,
    copies.unexplained_changes,
    ideas.ideas_out_of_place,
    imports.tied_lessons,
    imports.unexpected_prints,
    imports.wrong_arrows,
    mentions.unknown_files_named,
    registration.broken_references,
    registration.unknown_files,
    registration.unregistered_folders,
    registration.unused_modules,
    tables.stale_tables,
    text.long_files,
    text.loose_locks,
    text.stored_outputs,
    text.unclean_texts,
    traps.incomplete_traps,
    unknown_commands,
    versions.wrong_projects,
    versions.wrong_versions,
]


@pytest.mark.once  # a guard reads texts
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_workbook_has_no(guard: Callable[[Catalog], list[str]]) -> None:
    faults = guard(Catalog())

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_made_up_checkout_has_no(guard: Callable[[Catalog], list[str]], tmp_path: Path) -> None:
    assert guard(make_checkout(tmp_path)) == []
