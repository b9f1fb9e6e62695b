"""The image, built and run for real: as nobody in particular, on a disk that is read-only."""

import json
import re
from pathlib import Path

import pytest

from conftest import SECRET
from containers import BASE, Podman

LOOK = """
import json, os
here = os.getcwd()
found = [os.path.join(at, name) for at, _, names in os.walk(here) for name in names]
with_secret = [path for path in found if b"hunter2" in open(path, "rb").read()]
open_to_us = [path for path in ("/", here, "/usr", *found) if os.access(path, os.W_OK)]
owner = os.stat("/data").st_uid if os.path.isdir("/data") else None
print(json.dumps([os.getuid(), os.getgid(), found, with_secret, open_to_us, owner]))
"""
ALIVE = '200 {"status":"ok"}'


@pytest.fixture(scope="session")
def settings(podman: Podman, image: str) -> dict[str, object]:
    """Return what the image says of itself."""
    config: dict[str, object] = json.loads(podman.show(image, "{{json .Config}}"))
    return config


@pytest.fixture(scope="session")
def inside(podman: Podman, image: str) -> list[object]:
    """Look around in a container whose disk is not read-only."""
    run = ["run", "--rm", "--network=none", "--health-interval=disable"]
    found: list[object] = json.loads(podman.run(*run, image, "python", "-c", LOOK).stdout)
    return found


def test_the_app_answers_from_a_container_that_is_read_only(podman: Podman, image: str) -> None:
    container = podman.start("--volume=/data", image)
    said = podman.ask(container, "GET", "/health/live")
    assert said == ALIVE, f"the container did not answer: {said}"


def test_it_listens_at_the_port_that_it_is_given(podman: Podman, image: str) -> None:
    container = podman.start("--volume=/data", "--env=PORT=9000", image)
    said = podman.ask(container, "GET", "/health/live", port=9000)
    assert said == ALIVE, f"with PORT=9000 the container did not answer there: {said}"
    check = podman.run("healthcheck", "run", container, check=False)
    assert check.returncode == 0, "with PORT=9000 the health check fails: it asks another port"


def test_visits_outlive_the_container(podman: Podman, image: str, inside: list[object]) -> None:
    volume = "--volume=visits:/data"
    first = podman.start(volume, image)
    said = podman.ask(first, "POST", "/visits")
    assert said == '200 {"visits":1}', f"a visit was not counted: {said}"

    podman.run("stop", "--time=30", first)
    status = podman.show(first, "{{.State.ExitCode}}")
    assert status in ("0", "143"), f"told to end, it did not, and was killed: status {status}"

    said = podman.ask(podman.start(volume, image), "GET", "/visits")
    assert said == '200 {"visits":1}', f"the next container does not know of the visit: {said}"
    theirs = (
        "the image has no /data that is the account's: with Docker, a new volume would be root's"
    )
    assert inside[5] == inside[0], theirs


def test_a_change_of_the_code_installs_nothing_again(
    podman: Podman, image: str, context: Path
) -> None:
    with (context / "main.py").open("a") as stream:
        stream.write(f"# A change, after {image} was built.\n")
    said = podman.build("changed", context)
    steps = re.findall(r"STEP \S+ RUN (.*)\n(--> Using cache)?", said)
    again = [command for command, cached in steps if not cached]
    assert steps, "no line of the Dockerfile installs the packages"
    assert not again, f"one line of main.py changed, and the builder ran this again: {again[0]}"


def test_the_account_is_a_number_and_not_root(
    settings: dict[str, object], inside: list[object]
) -> None:
    assert re.fullmatch(r"\d+(:\d+)?", str(settings["User"]))
    assert str(inside[0]) == str(settings["User"]).partition(":")[0] != "0"
    assert inside[1] != 0


def test_the_account_can_change_nothing_in_the_image(inside: list[object]) -> None:
    assert inside[4] == []


def test_no_secret_and_no_database_gets_into_the_image(
    podman: Podman, image: str, inside: list[object]
) -> None:
    files, with_secret = inside[2:4]
    assert isinstance(files, list)
    assert {"main.py", "healthcheck.py"} <= {Path(path).name for path in files}
    assert len(files) <= 3, f"more than the app and its lock: {files}"
    assert with_secret == []
    assert SECRET not in podman.run("history", "--no-trunc", image).stdout


def test_the_program_is_started_by_itself_and_not_by_a_shell(settings: dict[str, object]) -> None:
    command = settings["Cmd"]
    assert isinstance(command, list)
    assert command[0] not in ("sh", "/bin/sh")


def test_the_port_is_said_where_tools_look_for_it(settings: dict[str, object]) -> None:
    assert settings["ExposedPorts"] == {"8000/tcp": {}}
    assert "PORT=8000" in str(settings["Env"])


def test_the_base_has_a_pip_wherever_its_python_looks_for_packages(podman: Podman) -> None:
    run = ["run", "--rm", "--network=none", BASE, "python", "-I", "-S"]
    said = podman.run(*run, "/usr/local/bin/pip", "--version").stdout  # -S: nowhere at all
    assert said.startswith("pip ")
