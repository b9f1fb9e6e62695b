"""What the tests share: the image, built once of a folder as a developer has it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import containers
from containers import LESSON, Podman
from stand_in import MissingError

SECRET = "hunter2-hunter2"  # noqa: S105 - no secret of anybody
NOT_OURS = ("*cache*", ".venv", "*.db")


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    """Give podman and the base image, or skip and say what is missing."""
    try:
        with containers.podman() as made:
            yield made
    except MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the lesson's folder, and put into the copy what must not get into an image."""
    folder = tmp_path_factory.mktemp("context")
    left_out = shutil.ignore_patterns(*NOT_OURS)
    shutil.copytree(LESSON, folder, ignore=left_out, dirs_exist_ok=True)
    (folder / ".git").mkdir()
    for name in (".env", ".git/config", "visits.db"):
        (folder / name).write_text(SECRET)
    return folder


@pytest.fixture(scope="session")
def image(podman: Podman, context: Path) -> str:
    """Build the image; return its name."""
    podman.build("visits", context)
    return "visits"
