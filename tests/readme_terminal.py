"""Run the commands of a README's console blocks, as its reader would type them."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import socket
import sys
import tomllib
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.checkout import copy_checkout
from tests.readme_blocks import BlockError, matches, read_commands, words
from tests.readme_pip import unmet
from tests.readme_processes import Place, Server
from tutor.catalog import CARD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.readme_blocks import Block, Command

_PYTHON = ("python", "python3")
_WRITTEN_PORTS = (8000, 8001)
_TEST = ["python3", "tutor_cli.py", "test"]
_STATUS = "echo $?"
TEST_OUTPUT = "README_TEST_OUTPUT"
"""The variable that names a file: what the README's test command has just printed, and passed."""

_SET_BY_CI = frozenset({"CI", "BUILD_NUMBER", "GITHUB_ACTIONS"})


class ProgramMissingError(Exception):
    """A README uses a program that this machine lacks and that no Python package brings."""


def readers_environment(scratch: Path) -> dict[str, str]:
    """Return the environment of a reader who has installed the project.

    A reader's pytest shortens its summary to the width of the terminal; where one of the variables
    that CI systems set is there, it does not.
    """
    (scratch / ".curlrc").write_text("silent\nshow-error\n", encoding="utf-8")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "FORCE_COLOR")) and name not in _SET_BY_CI
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return kept | {
        "PATH": path,
        "CURL_HOME": str(scratch),
        "NO_PROXY": "localhost,127.0.0.1",
        "NO_COLOR": "1",
        "COLUMNS": "80",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "TUTOR_ENVIRONMENT_READY": "1",
        "CLAIMS_ROUNDS": "1",  # what `tutor_cli bench` shows is there after one round, too
    }


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Terminal:
    """Runs console blocks one after the other; what is wrong goes to `report` (line, sentence)."""

    def __init__(self, place: Place, checkout: Path, report: Callable[[int, str], None]) -> None:
        self.place = place
        self._checkout = checkout
        self._report = report
        self._ports = dict(zip(_WRITTEN_PORTS, _free_ports(len(_WRITTEN_PORTS)), strict=True))
        self._servers: dict[int, Server] = {}
        self._logs = (checkout.parent / f"output-{n}" for n in itertools.count(1))
        self._last: tuple[Command, int | None, str] | None = None
        self._ends = False
        """Whether the command has to end, be it a server: its status is asked for next."""

    def real(self, text: str) -> str:
        """Return `text` with the ports that the README writes replaced by those that are used."""
        return re.sub(r"\b800[01]\b", lambda found: str(self._ports[int(found[0])]), text)

    def run(self, block: Block) -> None:
        """Run the commands of a console block."""
        commands = read_commands(block)
        for command, following in itertools.zip_longest(commands, commands[1:]):
            if command.text == _STATUS:
                self._check_status(command)
                continue
            self._check_success()
            self._ends = following is not None and following.text == _STATUS
            self._run_command(command, words(replace(command, text=self.real(command.text))))
            if command.interrupted:
                self.stop_servers()
        self._check_success()

    def _check_status(self, command: Command) -> None:
        status = self._last[1] if self._last else 0
        self._last = None
        self._compare(command, str(status))

    def _check_success(self) -> None:
        last, self._last = self._last, None
        if last and last[1] != 0:
            command, status, output = last
            problem = f"failed with exit status {status}" if status else "took too long"
            self._report(command.line, f"`{command.text}` {problem}:\n{_indented(output)}")

    def _run_command(self, command: Command, arguments: list[str]) -> None:
        match arguments:
            case ["cd", folder]:
                self._change_folder(command, folder)
            case ["git", "clone", address, *name]:
                target = name[0] if name else address.rstrip("/").rpartition("/")[2]
                copy_checkout(self._checkout, self.place.folder / target.removesuffix(".git"))
            case ["pip", "install", *wanted] | [_, "-m", "pip", "install", *wanted]:
                for problem in unmet(wanted, self.place.folder):
                    self._report(command.line, f"`{command.text}`: {problem}")
            case [_, "-m", "venv", _] | ["." | "source", _] | ["deactivate"]:
                pass
            case _ if _is_server(arguments):
                self._serve(command, arguments)
            case _ if arguments == _TEST and TEST_OUTPUT in os.environ:
                printed = Path(os.environ[TEST_OUTPUT]).read_text(encoding="utf-8")
                self._ended(command, 0, printed)
            case _:
                status, output = self.place.run(self._program(arguments), next(self._logs))
                self._ended(command, status, output)

    def _ended(self, command: Command, status: int | None, output: str) -> None:
        self._last = (command, status, output)
        if command.expected and status is not None:
            self._compare(command, output)

    def _change_folder(self, command: Command, folder: str) -> None:
        for start in (self.place.folder, self._checkout):
            if (start / folder).is_dir():
                self.place = replace(self.place, folder=start / folder)
                return
        raise BlockError(command.line, f"There is no folder {folder}.")

    def _program(self, arguments: Sequence[str]) -> list[str]:
        name, *rest = arguments
        if name in _PYTHON:
            return [sys.executable, *rest]
        if name == "tutor_cli":
            return [sys.executable, str(self._checkout / "tutor_cli.py"), *rest]
        program = shutil.which(name, path=self.place.environment["PATH"])
        if program is None:
            raise ProgramMissingError(name)
        return [program, *rest]

    def _serve(self, command: Command, arguments: list[str]) -> None:
        port = _port(arguments)
        place = self.place if _by_the_tool(arguments) else self._with_second_app()
        if port is None:
            port = self._ports[_WRITTEN_PORTS[0]]
            place = replace(place, environment={**place.environment, "PORT": str(port)})
            if not _by_gunicorn(arguments):
                arguments = [*arguments, "--port", str(port)]
        if port in self._servers:
            self._stop(self._servers.pop(port))
        if self._ends:
            status, output = place.run(self._program(arguments), next(self._logs))
            self._ended(command, status, output)
            return
        server = Server(command, self._program(arguments), port, place, next(self._logs))
        self._servers[port] = server
        if not server.wait():
            del self._servers[port]
            status = server.status
            server.stop()
            self._ended(command, status, server.output())

    def _with_second_app(self) -> Place:
        """Return the place with the address that a lesson expects of its second app by default."""
        path = self.place.folder / CARD
        card = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        address = self.real(f"http://127.0.0.1:{_WRITTEN_PORTS[1]}")
        addresses = {each["variable"]: address for each in card.get("companions", [])}
        return replace(self.place, environment={**self.place.environment, **addresses})

    def stop_servers(self) -> None:
        """Stop all servers, and compare what they printed with what is shown."""
        while self._servers:
            self._stop(self._servers.popitem()[1])

    def _stop(self, server: Server) -> None:
        if not server.stop():
            self._report(server.command.line, f"`{server.command.text}` does not stop when asked.")
        if server.command.expected:
            self._compare(server.command, server.output(), more=True)

    def _compare(self, command: Command, output: str, *, more: bool = False) -> None:
        expected = [self.real(line) for line in command.expected]
        if not matches(expected, output, more=more):
            shown = _indented("\n".join(expected))
            self._report(
                command.line,
                f"`{command.text}` prints something else.\n  expected:\n{shown}\n"
                f"  got:\n{_indented(output)}",
            )


def _is_server(arguments: Sequence[str]) -> bool:
    match _without_env(arguments):
        case ["uvicorn", *_] | ["fastapi", "dev" | "run", *_] | ["tutor_cli", "run", *_]:
            return "--help" not in arguments
        case ["python" | "python3", "tutor_cli.py", "run", *_]:
            return "--help" not in arguments
    return _by_gunicorn(arguments)


def _by_gunicorn(arguments: Sequence[str]) -> bool:
    """Tell whether gunicorn is started: by its name, or by a lesson's settings that start it."""
    match _without_env(arguments):
        case ["gunicorn", *_] | ["python" | "python3", "gunicorn_conf.py", *_]:
            return not {"--help", "--check-config", "--version"}.intersection(arguments)
    return False


def _by_the_tool(arguments: Sequence[str]) -> bool:
    return _without_env(arguments)[0] not in ("uvicorn", "fastapi") and not _by_gunicorn(arguments)


def _without_env(arguments: Sequence[str]) -> list[str]:
    """Return the command that `env NAME=VALUE …` runs; any other command as it is."""
    if arguments[0] != "env":
        return list(arguments)
    return list(itertools.dropwhile(lambda each: "=" in each, arguments[1:]))


def _port(arguments: Sequence[str]) -> int | None:
    found = re.search(r"(?:^|\s)(?:--port|--bind|-b|PORT)[ =](?:\S+:)?(\d+)", " ".join(arguments))
    return int(found[1]) if found else None


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines())
