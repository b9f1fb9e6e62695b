"""A first run, from nothing to the command: with pip or uv, interrupted, twice at once, refused."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.first_run import Checkout, Outcome, await_true, bare, checkout, make_wheel
from tutor import bootstrap

__all__ = ["bare", "checkout"]
SENTENCES = 2  # an error is what went wrong, and the way out


def is_begun(checkout: Checkout, package: str) -> bool:
    """Tell whether `package` is in `.venv`, in part at least."""
    return any(checkout.venv.glob(f"lib/python3*/site-packages/{package}"))


def is_complete(checkout: Checkout, package: str) -> bool:
    """Tell whether `package` is in `.venv` as a whole: its record is written last."""
    return any(checkout.venv.glob(f"lib/python3*/site-packages/{package}-*.dist-info/RECORD"))


def last_lines(outcome: Outcome) -> list[str]:
    """Return the error and the way out; they end what was said, without a traceback."""
    assert "Traceback" not in outcome.said
    lines = outcome.said.splitlines()[-SENTENCES:]
    assert lines[0].startswith("Error: ")
    return lines


def nobody_builds(checkout: Checkout) -> bool:
    """Tell whether the turn to build is free, and no installer is left."""
    import fcntl

    with (checkout.folder / ".tutor" / "venv.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    place = os.fsencode(checkout.venv)
    return not any(place in command for command in command_lines())


def command_lines() -> list[bytes]:
    """Return the command of every process, where the system shows it in /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            found.append(path.read_bytes())
    return found


def test_a_first_run_says_what_it_does_and_goes_on_with_the_command(checkout: Checkout) -> None:
    outcome = checkout.run("run", "01")

    assert outcome.told["arguments"] == ["run", "01"]
    assert outcome.told["prefix"] == str(checkout.venv)
    assert checkout.packages() == {"alpha"}
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    lines = outcome.said.splitlines()
    first, make, fill, ready = (line for line in lines if not line.startswith("  still at it"))
    assert first == f"Setting up the workbook in .venv (Python {version}), just once."
    assert make == "Creating the environment ..."
    assert fill == "Installing the packages with pip ..."
    assert ready.startswith("Ready after ")
    assert max(len(line) for line in (first, make, fill, ready)) <= 60


def test_with_the_environment_active_the_command_has_a_short_name(
    checkout: Checkout, tmp_path: Path
) -> None:
    checkout.run("first")
    folder = checkout.venv / ("Scripts" if sys.platform == "win32" else "bin")
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    command = shutil.which("tutor_cli", path=path)

    assert command
    assert Path(command).parent == folder
    words = ["run", "two words", "$HOME"]
    said = subprocess.check_output([command, *words], cwd=tmp_path, text=True)
    assert json.loads(said)["arguments"] == words


def test_settings_and_files_that_stand_in_the_way_do_not_count(checkout: Checkout) -> None:
    elsewhere = checkout.folder / "elsewhere"
    make_wheel(elsewhere, "unused")
    with_alpha = elsewhere / "path"
    shutil.unpack_archive(checkout.wheels / "alpha-1.0-py3-none-any.whl", with_alpha, "zip")
    (checkout.folder / "pip.py").write_text("raise SystemExit('this is not pip')\n")
    checkout.settings |= {
        "PIP_USER": "1",
        "PIP_TARGET": str(elsewhere / "target"),
        "PIP_PREFIX": str(elsewhere / "prefix"),
        "PYTHONPATH": str(with_alpha),
    }

    assert checkout.run().code == 0
    assert checkout.packages() == {"alpha"}
    assert not (elsewhere / "target").exists()


@pytest.mark.once  # which lock it was is a text in a file
def test_a_changed_lock_makes_the_environment_anew_even_from_inside(checkout: Checkout) -> None:
    checkout.run()
    checkout.lock(make_wheel(checkout.wheels, "beta"), make_wheel(checkout.wheels, "gamma"))

    outcome = checkout.run(python=str(checkout.venv_python))

    assert outcome.said.startswith("Setting up the workbook")
    assert outcome.told["prefix"] == str(checkout.venv)
    assert checkout.packages() == {"beta", "gamma"}


def test_an_environment_whose_base_is_gone_is_made_anew_though_nobody_reads_the_messages(
    checkout: Checkout,
) -> None:
    checkout.run()
    checkout.venv_python.unlink()
    checkout.venv_python.symlink_to(checkout.folder / "gone")
    process = checkout.start()
    assert process.stderr
    process.stderr.close()
    process.stderr = None

    assert Outcome.of(process).told["prefix"] == str(checkout.venv)


MOMENTS: dict[str, Callable[[Checkout], object]] = {
    "as the folder is there": lambda checkout: (checkout.venv / bootstrap.OWNER).exists(),
    "while pip is put in": lambda checkout: is_begun(checkout, "pip"),
    "while packages are put in": lambda checkout: is_begun(checkout, "large"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize(
    ("moment", "number"),
    [
        *((moment, signal.SIGINT) for moment in MOMENTS),
        ("while pip is put in", signal.SIGTERM),
        ("while packages are put in", signal.SIGKILL),
    ],
)
def test_a_first_run_that_was_stopped_is_made_good_by_the_next(
    checkout: Checkout, moment: str, number: signal.Signals
) -> None:
    checkout.lock(
        make_wheel(checkout.wheels, "large", files=1500), make_wheel(checkout.wheels, "small")
    )
    process = checkout.start()
    try:
        await_true(lambda: MOMENTS[moment](checkout) or process.poll() is not None)
        assert process.poll() is None, "the moment was missed"
        if number == signal.SIGTERM:  # a supervisor's; Ctrl-C goes to the whole group
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)
        stopped = Outcome.of(process)
    finally:
        process.kill()
    if number != signal.SIGKILL:
        await_true(lambda: nobody_builds(checkout), seconds=5)
        assert not is_complete(checkout, "large" if "packages" in moment else "pip")
    again = checkout.run()

    assert stopped.answer == ""
    assert "Traceback" not in stopped.said
    assert stopped.code == {signal.SIGINT: 130, signal.SIGTERM: 143}.get(number, -number)
    stops = stopped.said.splitlines()[-1].startswith("Stopped. Run the same command again")
    assert stops is (number == signal.SIGINT)
    assert again.told["prefix"] == str(checkout.venv)
    assert checkout.packages() == {"large", "small"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows hands no file lock to a child")
def test_the_installer_of_a_killed_first_run_is_waited_for(checkout: Checkout) -> None:
    process = checkout.start()
    try:
        await_true(lambda: MOMENTS["while pip is put in"](checkout))
    finally:
        process.kill()
        process.communicate()

    again = checkout.run()

    assert again.said.startswith("Another command is building .venv; waiting for it.")
    assert again.told["prefix"] == str(checkout.venv)


def test_of_two_first_runs_at_once_the_second_waits(checkout: Checkout) -> None:
    first, second = checkout.start(), checkout.start()
    try:
        outcomes = [Outcome.of(first), Outcome.of(second)]
    finally:
        first.kill()
        second.kill()

    assert [outcome.told["prefix"] for outcome in outcomes] == [str(checkout.venv)] * 2
    assert sum("Creating the environment" in outcome.said for outcome in outcomes) == 1
    said = sorted(outcome.said.splitlines()[0] for outcome in outcomes)
    assert said[0] == "Another command is building .venv; waiting for it."
    assert said[1].startswith("Setting up the workbook")


def test_without_a_network_a_first_run_says_so_and_the_next_one_with_it_works(
    checkout: Checkout,
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # never listens, so that every connection is refused
        index = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
        checkout.settings = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": index}
        outcome = checkout.run()

    what, way_out = last_lines(outcome)
    assert outcome.code == 1
    assert what.endswith("no package index could be reached.")
    assert "PIP_INDEX_URL" in way_out
    assert "Connection refused" in (checkout.venv / "tutor-install.log").read_text()
    checkout.settings = {}
    assert checkout.run().told["prefix"] == str(checkout.venv)


@pytest.mark.once  # the answer is pip's
def test_a_package_whose_hash_differs_is_refused(checkout: Checkout) -> None:
    make_wheel(checkout.wheels, "alpha", files=2)

    outcome = checkout.run()

    assert outcome.code == 1
    assert "its hash differs" in last_lines(outcome)[0]
    assert checkout.packages() == set()


@pytest.mark.once  # the answer is pip's
def test_a_package_that_the_index_lacks_is_named(checkout: Checkout) -> None:
    (checkout.wheels / "alpha-1.0-py3-none-any.whl").unlink()

    outcome = checkout.run()

    assert outcome.code == 1
    assert "No matching distribution found for alpha==1.0" in last_lines(outcome)[0]


def test_a_folder_that_cannot_be_written_is_said_so(checkout: Checkout) -> None:
    if os.geteuid() == 0 and not sys.platform.startswith("linux"):
        pytest.skip("root can write everywhere, and only Linux can take that from it")
    (checkout.folder / "bin").mkdir()
    # Root without the capability to override permissions (1) is refused as anyone is.
    drop = "ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)" if os.geteuid() == 0 else ""
    weak = f"import ctypes, os, sys; {drop}; os.execv(sys.argv[1], sys.argv[1:])"
    checkout.folder.chmod(0o555)
    try:
        process = subprocess.run(
            [checkout.python, "-c", weak, checkout.python, "tutor_cli.py"],
            cwd=checkout.folder,
            env=checkout.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        checkout.folder.chmod(0o755)

    what, way_out = last_lines(Outcome(process.returncode, process.stdout, process.stderr))
    assert process.returncode == 1
    assert what.endswith("cannot be written: Permission denied.")
    assert way_out.startswith("Copy the workbook to a folder of your own")


def test_a_python_without_ensurepip_names_what_to_install(checkout: Checkout) -> None:
    base = Path(sys.base_prefix)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    home = checkout.folder.parent / "home"
    (home / "lib" / version).mkdir(parents=True)
    for path in (base / "lib" / version).iterdir():
        if path.name not in ("ensurepip", "site-packages"):
            (home / "lib" / version / path.name).symlink_to(path)
    checkout.settings["PYTHONHOME"] = str(home)

    outcome = checkout.run(python=str(base / "bin" / version))

    assert outcome.code == 1
    assert last_lines(outcome)[1].startswith(
        f"On Debian or Ubuntu: sudo apt install {version}-venv"
    )


def test_a_missing_lock_is_said_so(checkout: Checkout) -> None:
    (checkout.folder / "requirements.lock").unlink()

    outcome = checkout.run()

    assert outcome.code == 1
    assert "requirements.lock is missing" in last_lines(outcome)[0]


def with_uv(checkout: Checkout) -> None:
    """Put uv on the PATH of `checkout`, and what it seeds an environment with in the wheelhouse."""
    uv = shutil.which("uv")
    if not uv:
        pytest.skip("uv is not installed")
    (checkout.folder / "bin").mkdir()
    (checkout.folder / "bin" / "uv").symlink_to(uv)
    for name in ("pip", "setuptools", "wheel"):
        make_wheel(checkout.wheels, name, "99.0")
    checkout.settings |= {"UV_NO_CONFIG": "1", "UV_NO_INDEX": "1", "UV_NO_CACHE": "1"}


def test_uv_is_used_when_it_is_there(checkout: Checkout) -> None:
    with_uv(checkout)
    checkout.settings["UV_FIND_LINKS"] = str(checkout.wheels)
    checkout.venv.mkdir()  # empty, as a run that was stopped at once leaves it

    outcome = checkout.run()

    assert outcome.told["prefix"] == str(checkout.venv)
    assert "Installing the packages with uv" in outcome.said
    assert checkout.packages() == {"alpha"}
    assert list(checkout.venv.glob("lib/python3*/site-packages/pip")), "it lacks pip"


@pytest.mark.once  # the answer is uv's
def test_where_uv_finds_no_packages_pip_is_asked(checkout: Checkout) -> None:
    with_uv(checkout)

    outcome = checkout.run()

    assert "uv could not do it (error: " in outcome.said
    assert "Trying venv and pip." in outcome.said
    assert checkout.packages() == {"alpha"}


SECOND = """\
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tutor import bootstrap
from tutor.errors import TutorError
try:
    with ThreadPoolExecutor() as pool:  # the engine may be in any thread
        arguments = Path(".tutor/second"), Path("second.lock"), "the notebooks"
        print(pool.submit(bootstrap.prepare_environment, *arguments).result())
except TutorError as error:
    print(type(error).__name__, error.what)
"""


def test_another_environment_is_built_from_another_lock(checkout: Checkout) -> None:
    (checkout.folder / "second.lock").write_text(make_wheel(checkout.wheels, "beta"))
    (checkout.folder / "second.py").write_text(SECOND)

    first = checkout.run(script="second.py")
    again = checkout.run(script="second.py")

    second = checkout.folder / ".tutor" / "second"
    assert first.answer == again.answer == f"{second}/bin/python\n"
    assert first.said.startswith(f"Setting up the notebooks in {Path('.tutor/second')}")
    assert again.said == ""
    assert list(second.glob("lib/python3*/site-packages/beta"))
    assert not checkout.venv.exists()


def test_the_engine_gets_an_error_that_it_can_show(checkout: Checkout) -> None:
    (checkout.folder / "second.lock").write_text("beta==1.0\n")
    mine = checkout.folder / ".tutor" / "second" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.touch()
    (checkout.folder / "second.py").write_text(SECOND)

    outcome = checkout.run(script="second.py")

    assert outcome.answer.startswith("TutorError .tutor/second is there, but tutor did not make it")
    assert mine.exists()
