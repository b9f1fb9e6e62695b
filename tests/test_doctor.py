import json
import os
import re
import socket
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

from tests.serving import CARD
from tutor import doctor, notebooks, parts
from tutor.catalog import ROOT, Catalog
from tutor.doctor import Finding

posix = pytest.mark.skipif(sys.platform == "win32", reason="the made-up programs are shell scripts")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "requirements.lock").write_text(
        f"pytest=={metadata.version('pytest')} \\\n    --hash=x\n"
    )
    return Catalog(root)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is all there is on the PATH, on a system without programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(parts, "SYSTEM", tmp_path / "system")
    monkeypatch.setattr(parts, "ANSWER_SECONDS", 20)
    return folder


@pytest.fixture
def impatient(programs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of `programs` for a program that is not expected to answer."""
    monkeypatch.setattr(parts, "ANSWER_SECONDS", 1.5)
    return programs


def put(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def finding(name: str, catalog: Catalog) -> Finding:
    return next(found for found in doctor.examine(catalog) if found.name == name)


def lock(catalog: Catalog, text: str) -> Finding:
    (catalog.root / "requirements.lock").write_text(text)
    return finding("packages", catalog)


def test_the_interpreter_is_named_with_its_version_and_its_path(catalog: Catalog) -> None:
    found = finding("Python", catalog)
    assert found.state == "ok"
    assert sys.version.split()[0] in found.detail
    assert sys.executable in found.detail


def test_an_environment_inside_the_checkout_is_named_from_there(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(catalog.root / ".venv"))
    assert "in .venv:" in finding("Python", catalog).detail


def test_an_interpreter_outside_any_environment_says_so(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert "outside any virtual environment" in finding("Python", catalog).detail


def test_packages_as_in_the_lock_are_only_counted(catalog: Catalog) -> None:
    found = finding("packages", catalog)
    assert found.state == "ok"
    assert found.detail == "1 of 1 as in requirements.lock"


def test_a_missing_package_is_named_and_makes_the_machine_unhealthy(catalog: Catalog) -> None:
    found = lock(catalog, "no-such-package-at-all==1.0\n")
    assert found.state == "missing"
    assert "missing: no-such-package-at-all" in found.detail
    assert not doctor.healthy([found])


def test_an_older_package_is_wrong_and_named_with_both_versions(catalog: Catalog) -> None:
    version = metadata.version("pytest")
    found = lock(catalog, "pytest==9999.1\n")
    assert found.state == "wrong"
    assert f"older: pytest {version} (lock: 9999.1)" in found.detail
    assert not doctor.healthy([found])


def test_a_newer_package_is_named_and_no_fault(catalog: Catalog) -> None:
    found = lock(catalog, "pytest==0.1\n")
    assert found.state == "ok"
    assert f"0 of 1 as in requirements.lock; newer: pytest {metadata.version('pytest')}" in (
        found.detail
    )


def test_a_package_for_another_platform_is_not_missed(catalog: Catalog) -> None:
    found = lock(catalog, f"pytest=={metadata.version('pytest')}\nx==1 ; os_name == 'vms' \\\n")
    assert found.state == "ok"
    assert "1 of 1" in found.detail


def test_a_package_without_metadata_is_of_unknown_version(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    (catalog.root / "broken-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(catalog.root)
    assert "broken of unknown version (lock: 1.0)" in lock(catalog, "broken==1.0\n").detail


@pytest.mark.parametrize("text", ["", "not a requirement!\n", "x==1 ; nonsense == 'x'\n"])
def test_a_lock_that_says_nothing_is_wrong(catalog: Catalog, text: str) -> None:
    found = lock(catalog, text)
    assert found.state == "wrong"
    assert "requirements.lock cannot be read: " in found.detail


def test_a_checkout_without_a_lock_is_wrong(catalog: Catalog) -> None:
    (catalog.root / "requirements.lock").unlink()
    assert "No such file" in finding("packages", catalog).detail


def test_every_pin_of_the_real_lock_is_compared() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    unconditional = [line for line in pinned if ";" not in line]
    total = int(finding("packages", Catalog(ROOT)).detail.split()[2])
    assert len(unconditional) <= total <= len(pinned)


def test_a_state_folder_that_cannot_be_made_is_wrong(catalog: Catalog) -> None:
    catalog.state.write_text("in the way")
    found = finding(".tutor", catalog)
    assert found.state == "wrong"
    assert found.required
    assert str(catalog.state) in found.detail


def test_a_state_folder_is_tried_by_writing_and_left_empty(catalog: Catalog) -> None:
    assert finding(".tutor", catalog).state == "ok"
    assert list(catalog.state.iterdir()) == []


def test_a_small_disk_is_wrong_but_fails_nothing(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "ENOUGH_MEGABYTES", 10**12)
    found = finding("disk", catalog)
    assert found.state == "wrong"
    assert doctor.healthy([found])


def test_a_busy_port_is_told_from_a_free_one(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        monkeypatch.setattr(doctor, "PORTS", {port: "something"})
        found = finding(f"port {port}", catalog)
    assert found.state == "wrong"
    assert found.detail.startswith("used")
    if sys.platform == "linux":
        assert f"(process {os.getpid()})" in found.detail
    assert finding(f"port {port}", catalog).detail == "free"


@pytest.mark.parametrize(("package", "state"), [("pytest", "ok"), ("no_such_package", "missing")])
def test_the_notebooks_packages_are_looked_for(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, package: str, state: str
) -> None:
    monkeypatch.setattr(notebooks, "PACKAGES", (package,))
    assert finding("JupyterLab", catalog).state == state


@posix
def test_a_program_on_the_path_is_named_with_its_version(catalog: Catalog, programs: Path) -> None:
    put(programs / "redis-server", "echo 'Redis server v=7.0.15 sha=00000000:0'")
    found = finding("Redis", catalog)
    assert found.state == "ok"
    assert found.detail == f"7.0.15: {programs / 'redis-server'}"


@posix
def test_a_version_on_standard_error_counts(catalog: Catalog, programs: Path) -> None:
    put(programs / "nginx", "echo 'nginx version: nginx/1.22.1' >&2")
    assert finding("nginx", catalog).detail.startswith("1.22.1:")


@posix
def test_the_newest_installed_postgresql_is_found_outside_the_path(
    catalog: Catalog, programs: Path
) -> None:
    for version in ("9.6", "15.3", "18.1"):
        folder = programs.parent / "system/usr/lib/postgresql" / version.split(".")[0] / "bin"
        put(folder / "postgres", f"echo 'postgres (PostgreSQL) {version}'")
    assert finding("PostgreSQL", catalog).detail.startswith("18.1:")


@posix
@pytest.mark.parametrize("said", ["echo '%[/] no number 7'", "echo", "printf '\\377\\376\\0'"])
def test_a_program_that_prints_nonsense_is_there(
    catalog: Catalog, programs: Path, said: str
) -> None:
    put(programs / "git", said)
    found = finding("git", catalog)
    assert found.state == "ok"
    assert found.detail.startswith("version unknown")


@posix
def test_a_program_that_prints_without_end_is_stopped(catalog: Catalog, impatient: Path) -> None:
    put(impatient / "git", "while :; do echo nonsense; done")
    assert "no answer within" in finding("git", catalog).detail


@posix
def test_a_program_that_hangs_is_stopped_with_its_children(
    catalog: Catalog, impatient: Path
) -> None:
    note = impatient / "child"
    put(impatient / "uv", f"/bin/sleep 60 & echo $! > {note}; wait")
    began = time.monotonic()
    found = finding("uv", catalog)
    assert time.monotonic() - began < 30
    assert found.state == "wrong"
    assert "no answer within" in found.detail
    assert ended(int(note.read_text()))


@posix
def test_a_program_that_leaves_a_child_behind_is_not_waited_for(
    catalog: Catalog, programs: Path
) -> None:
    note = programs / "child"
    put(programs / "uv", f"/bin/sleep 60 & echo $! > {note}; echo uv 0.9.1")
    try:
        assert finding("uv", catalog).detail.startswith("0.9.1:")
    finally:
        os.kill(int(note.read_text()), 9)


@posix
def test_a_program_that_fails_is_wrong_with_its_first_line(
    catalog: Catalog, programs: Path
) -> None:
    put(programs / "nginx", "echo cannot open shared object file; echo more; exit 127")
    found = finding("nginx", catalog)
    assert found.state == "wrong"
    assert found.detail.endswith("ends with code 127: cannot open shared object file")


@posix
def test_a_file_that_no_system_can_run_is_wrong(catalog: Catalog, programs: Path) -> None:
    (programs / "git").write_bytes(b"\x7fELF nonsense")
    (programs / "git").chmod(0o755)
    assert "does not start" in finding("git", catalog).detail


@posix
def test_a_container_client_without_its_engine_is_not_enough(
    catalog: Catalog, programs: Path
) -> None:
    put(programs / "docker", "echo Cannot connect to the Docker daemon; exit 1")
    found = finding("container builder", catalog)
    assert found.state == "wrong"
    assert "Cannot connect" in found.detail


@posix
def test_a_builder_that_works_makes_up_for_one_that_does_not(
    catalog: Catalog, programs: Path
) -> None:
    put(programs / "podman", "exit 125")
    put(programs / "buildah", "echo buildah version 1.28.2")
    found = finding("container builder", catalog)
    assert found.state == "ok"
    assert found.detail.startswith("1.28.2:")


def test_a_part_names_only_lessons_that_there_are() -> None:
    there = {lesson.number for lesson in Catalog().lessons}
    named = {
        number for part in parts.PARTS for number in re.findall(r"(?<!\.)\b\d\d\b", part.enables)
    }
    assert named
    assert not named - there


@pytest.mark.usefixtures("programs")
def test_a_missing_optional_part_says_what_it_enables_and_fails_nothing(catalog: Catalog) -> None:
    optional = {found.name: found for found in doctor.examine(catalog) if not found.required}
    for part in parts.PARTS:
        found = optional[part.name]
        assert (found.state, found.detail) == ("missing", "not found")
        assert found.enables
        assert found.get
    assert doctor.healthy(optional.values())


def test_a_program_that_cards_name_is_looked_for_with_the_lessons_that_need_it(
    catalog: Catalog, programs: Path
) -> None:
    for number in ("56", "57", "58"):
        folder = catalog.root / "examples" / f"{number}_made_up"
        folder.mkdir(parents=True)
        needs = '[programs]\nmaker = "maker-tools"\npromtool = "prometheus"\n'
        card = "format = 2\n" if number == "58" else f"{CARD}{needs}"
        (folder / "lesson.toml").write_text(card)

    found = finding("maker", catalog)
    assert (found.state, found.required) == ("missing", False)
    assert found.enables == "some of the tests of 56 and 57"
    assert found.get == "apt install maker-tools, as Debian calls it"
    assert not [each for each in doctor.examine(catalog) if each.name == "promtool"]

    put(programs / "maker", "exit 0")
    assert finding("maker", catalog).state == "ok"


@pytest.mark.parametrize(
    ("system", "way"),
    [
        ("linux", "apt install nginx"),
        ("darwin", "brew install nginx"),
        ("win32", "nginx inside WSL"),
    ],
)
def test_the_way_to_get_a_part_is_the_one_of_this_system(
    system: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nginx = next(part for part in parts.PARTS if part.name == "nginx")
    monkeypatch.setattr(sys, "platform", system)
    assert nginx.get == way


def test_json_has_every_finding_with_its_fields(catalog: Catalog) -> None:
    findings = doctor.examine(catalog)
    rows = json.loads(doctor.as_json(findings))
    assert [row["name"] for row in rows] == [found.name for found in findings]
    assert set(rows[0]) == {"name", "state", "required", "detail", "enables", "get"}


def ended(pid: int) -> bool:
    """Tell whether the process is gone, or dead and only not yet collected, within 10 seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if sys.platform == "linux" and ") Z " in Path(f"/proc/{pid}/stat").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
    return False
