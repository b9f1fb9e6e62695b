"""Who gets which interpreter: decided at every start, before any package is imported."""

import ast
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.first_run import ROOT, Checkout, Outcome, bare, checkout
from tutor import bootstrap

SENTENCES = 2  # an error is what went wrong, and the way out
__all__ = ["bare", "checkout"]


@pytest.fixture(scope="module")
def built(bare: str, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a checkout whose first run is over. Tests that share it leave `.venv` alone."""
    checkout = Checkout.make(tmp_path_factory.mktemp("built") / "checkout", bare)
    assert checkout.run().code == 0
    return checkout


def old_pythons() -> list[str]:
    """Return the interpreters on this machine that are older than the workbook's."""
    names = [f"python3.{minor}" for minor in range(6, 11)]
    installed = [shutil.which(name) for name in names]
    managed = Path.home().glob(".pyenv/versions/3.*/bin/python3")
    candidates = [path for path in installed if path] + [str(path) for path in sorted(managed)]
    return [path for path in candidates if _starts_as_old(path)]


def _starts_as_old(path: str) -> bool:
    code = "import sys; sys.exit(not (3, 6) <= sys.version_info < (3, 11))"
    return subprocess.run([path, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("file", ["__init__.py", "bootstrap.py", "errors.py", "../tutor_cli.py"])
def test_an_old_interpreter_can_parse(file: str) -> None:
    source = (ROOT / "tutor" / file).read_text(encoding="utf-8")

    tree = ast.parse(source, feature_version=(3, 6))

    modern = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "__future__" not in {node.module for node in modern}


def test_an_old_interpreter_gets_one_sentence_and_the_command_to_use(checkout: Checkout) -> None:
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python 3.6 to 3.10 is installed")
    (checkout.folder / "bin").mkdir()
    (checkout.folder / "bin" / "python3.12").symlink_to(checkout.python)

    for python in pythons:
        outcome = checkout.run("run", "01", python=python)

        assert outcome.code == 2
        assert "the workbook needs 3.11 or newer" in outcome.said
        assert outcome.said.endswith("Run: python3.12 tutor_cli.py run 01\n")
        assert len(outcome.said.splitlines()) == SENTENCES
        assert not checkout.venv.exists()


def test_a_newer_python_that_does_not_start_is_not_recommended(checkout: Checkout) -> None:
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python 3.6 to 3.10 is installed")
    (checkout.folder / "bin").mkdir()
    (checkout.folder / "bin" / "python3.12").symlink_to(shutil.which("false") or "/bin/false")

    outcome = checkout.run(python=pythons[0])

    assert outcome.said.splitlines()[-1].startswith("Install a newer one")


def test_an_old_interpreter_uses_an_environment_that_is_there(built: Checkout) -> None:
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python 3.6 to 3.10 is installed")

    outcome = built.run("list", python=pythons[0])

    assert outcome.told["prefix"] == str(built.venv)
    assert outcome.told["arguments"] == ["list"]


def test_a_later_start_says_nothing_and_imports_next_to_nothing(built: Checkout) -> None:
    outcome = built.run("test", "--", "-k", "a b", "", python=str(built.venv_python))

    assert outcome.said == ""
    assert outcome.told["arguments"] == ["test", "--", "-k", "a b", ""]
    assert outcome.told["loaded"] == []


def test_another_interpreter_goes_on_in_the_environment(built: Checkout) -> None:
    stamp = (built.venv / bootstrap.STAMP).stat().st_mtime_ns

    outcome = built.run("list")

    assert outcome.said == ""
    assert outcome.told["prefix"] == str(built.venv)
    assert outcome.told["environment"] == {"VIRTUAL_ENV": str(built.venv)}
    assert (built.venv / bootstrap.STAMP).stat().st_mtime_ns == stamp


def test_a_home_that_is_set_for_another_python_does_not_count(built: Checkout) -> None:
    checkout = replace(built, settings={"PYTHONHOME": sys.base_prefix})

    assert checkout.run().told["environment"] == {"VIRTUAL_ENV": str(built.venv)}


def test_the_interpreters_own_options_are_kept(built: Checkout) -> None:
    process = subprocess.run(
        [built.python, "-X", "dev", "tutor_cli.py"],
        cwd=built.folder,
        env=built.environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert Outcome(0, process.stdout, "").told["dev"] is True


def test_the_command_is_the_same_process_so_signals_reach_it(built: Checkout) -> None:
    stay = "import threading\nsys.stdout.flush()\nthreading.Event().wait()\n"
    (built.folder / "staying.py").write_text((built.folder / "tutor_cli.py").read_text() + stay)
    process = built.start(script="staying.py")
    try:
        assert process.stdout
        told = Outcome(0, process.stdout.readline(), "").told
        assert told["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM
    finally:
        process.kill()
        process.communicate()


def test_an_environment_that_has_the_workbook_is_used_as_it_is(
    checkout: Checkout, tmp_path: Path
) -> None:
    python = _environment_with_tutor(
        tmp_path / "own", checkout.python, "tutor_cli = tutor_cli:main"
    )

    outcome = checkout.run(python=python)

    assert outcome.told["prefix"] == str(tmp_path / "own")
    assert not checkout.venv.exists()


def test_another_project_of_the_same_name_is_not_mistaken_for_the_workbook(
    built: Checkout, tmp_path: Path
) -> None:
    python = _environment_with_tutor(tmp_path / "own", built.python, "tutor = tutor.cli:main")

    assert built.run(python=python).told["prefix"] == str(built.venv)


def test_what_a_build_left_in_the_checkout_is_not_mistaken_for_an_installation(
    built: Checkout,
) -> None:
    info = built.folder / "tutor.egg-info"
    info.mkdir(exist_ok=True)
    (info / "entry_points.txt").write_text("[console_scripts]\ntutor_cli = tutor_cli:main\n")

    assert built.run().told["prefix"] == str(built.venv)


def test_a_persons_own_environment_with_the_workbook_is_gone_on_in(checkout: Checkout) -> None:
    _environment_with_tutor(checkout.venv, checkout.python, "tutor_cli = tutor_cli:main")

    outcome = checkout.run()

    assert outcome.said == ""
    assert outcome.told["prefix"] == str(checkout.venv)


def test_a_persons_own_environment_without_the_workbook_is_left_alone(checkout: Checkout) -> None:
    subprocess.run([checkout.python, "-m", "venv", "--without-pip", checkout.venv], check=True)
    before = sorted(checkout.venv.rglob("*"))

    for python in (checkout.python, str(checkout.venv_python)):
        outcome = checkout.run(python=python)

        assert outcome.code == 1
        assert "tutor did not make it" in outcome.said
        assert "Rename .venv" in outcome.said
        assert len(outcome.said.splitlines()) == SENTENCES
        assert sorted(checkout.venv.rglob("*")) == before


def test_the_variable_says_that_all_is_there_once(checkout: Checkout) -> None:
    checkout.settings[bootstrap.GUARD] = "1"

    outcome = checkout.run()

    assert outcome.told["executable"] == checkout.python
    assert bootstrap.GUARD not in outcome.told["environment"]


@pytest.mark.parametrize("change", ["lock", "moved", "other base", "no base", "none"])
def test_an_environment_is_current_only_as_long_as_nothing_below_it_changed(
    tmp_path: Path, change: str
) -> None:
    folder, lock = _stamped(tmp_path)

    if change == "lock":
        lock.write_text("alpha==2\n")
    elif change == "moved":
        folder = folder.rename(tmp_path / "moved")
    elif change != "none":
        python = Path(bootstrap.python_of(folder))
        base = tmp_path / "base"
        base.unlink()
        if change == "other base":
            python.unlink()
            python.symlink_to(sys.executable)

    assert bootstrap.is_current(folder, lock) is (change == "none")


def test_a_base_python_upgraded_in_place_is_noticed_from_inside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder, lock = _stamped(tmp_path)
    monkeypatch.setattr(sys, "prefix", str(folder))
    assert bootstrap.is_current(folder, lock)

    monkeypatch.setattr(sys, "version_info", (sys.version_info[0], sys.version_info[1] + 1, 0))

    assert not bootstrap.is_current(folder, lock)


def _environment_with_tutor(folder: Path, python: str, script: str) -> str:
    """Make an environment with a distribution `tutor` that installs `script`; return its Python."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python3*/site-packages")
    info = packages / "tutor-0.1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(f"[console_scripts]\n{script}\n")
    return str(folder / "bin" / "python")


def _stamped(tmp_path: Path) -> tuple[Path, Path]:
    """Make what is looked at in an environment; return its folder and its lock."""
    folder, lock = tmp_path / "environment", tmp_path / "lock"
    lock.write_text("alpha==1\n")
    python = Path(bootstrap.python_of(folder))
    python.parent.mkdir(parents=True)
    (tmp_path / "base").touch(0o755)
    python.symlink_to(tmp_path / "base")
    (folder / bootstrap.STAMP).write_bytes(bootstrap.stamp_head(folder) + b"\nalpha==1\n")
    return folder, lock
