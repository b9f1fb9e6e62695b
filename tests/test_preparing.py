"""What a lesson is given before it is served."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from tests.serving import Site
from tutor.errors import TutorError
from tutor.preparing import secret_key, state_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_made_once_even_when_many_runs_start_at_once(tmp_path: Path) -> None:
    site = Site(tmp_path)
    lesson = site.lesson()
    runs = 16
    barrier = Barrier(runs)

    def start() -> str:
        barrier.wait()
        return secret_key(lesson, site.catalog)

    with ThreadPoolExecutor(runs) as pool:
        keys = {future.result() for future in [pool.submit(start) for _ in range(runs)]}
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert [path.name for path in (tmp_path / ".tutor" / "keys").iterdir()] == ["01_demo"]


def test_two_checkouts_have_different_keys(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        site = Site(tmp_path / name)
        keys.add(secret_key(site.lesson(), site.catalog))
    assert len(keys) == 2


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    site = Site(tmp_path)
    (tmp_path / ".tutor").write_text("in the way", encoding="utf-8")
    with pytest.raises(TutorError, match="cannot be made: Not a directory"):
        state_folder(site.lesson(), site.catalog)
