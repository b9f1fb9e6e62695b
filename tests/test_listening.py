"""The address that a lesson is served at."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tutor.errors import MisuseError, TutorError
from tutor.listening import listen, url_of


def test_port_0_is_a_port_that_the_kernel_chose() -> None:
    with closing(listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert port > 0
        assert url_of(listener) == f"http://127.0.0.1:{port}"
        socket.create_connection(("127.0.0.1", port)).close()


def test_a_busy_port_is_an_error_that_names_a_free_one() -> None:
    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TutorError) as caught:
            listen("127.0.0.1", port)
        assert caught.value.what == f"Port {port} is in use."
        free = int(caught.value.way_out.rpartition(" ")[2])
        assert free > port
        listen("127.0.0.1", free).close()


def test_a_person_who_agrees_is_given_the_next_free_port() -> None:
    questions: list[str] = []

    def agree(question: str) -> bool:
        questions.append(question)
        return True

    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with closing(listen("127.0.0.1", port, agree)) as other:
            number = other.getsockname()[1]
            assert questions == [f"Port {port} is in use. Serve at port {number} instead?"]


def test_a_person_who_declines_is_told_the_port() -> None:
    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TutorError, match=f"Port {port} is in use"):
            listen("127.0.0.1", port, lambda _question: False)


@pytest.mark.parametrize("port", [-1, 65536, 10**9])
def test_a_port_that_cannot_be_is_a_misuse(port: int) -> None:
    with pytest.raises(MisuseError, match=f"no port {port}"):
        listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["a..b", "x\0y", "x" * 64])
def test_a_host_that_cannot_be_is_a_misuse(host: str) -> None:
    with pytest.raises(MisuseError, match="There is no host"):
        listen(host, 0)


def test_a_host_that_is_not_this_machine_is_a_misuse() -> None:
    with pytest.raises(MisuseError, match=r"192\.0\.2\.1 is not an address of this machine"):
        listen("192.0.2.1", 0)  # an address that documentation reserves


def test_localhost_is_served_at_its_ipv4_address() -> None:
    with closing(listen("localhost", 0)) as listener:
        assert url_of(listener).startswith("http://127.0.0.1:")


def test_every_address_is_opened_at_the_loopback_one() -> None:
    with closing(listen("0.0.0.0", 0)) as listener:  # noqa: S104 - closed at once
        assert url_of(listener).startswith("http://127.0.0.1:")


def test_an_ipv6_address_stands_in_brackets() -> None:
    try:
        listener = listen("::1", 0)
    except MisuseError:
        pytest.skip("this machine has no IPv6 loopback")
    with closing(listener):
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"


def test_a_port_of_the_system_is_refused_with_a_sentence() -> None:
    first_free = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if not first_free.exists() or int(first_free.read_text()) <= 80:
        pytest.skip("every user may use port 80 here")
    code = (
        "import encodings.idna, os\n"
        "from tutor.errors import TutorError; from tutor.listening import listen\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: listen('127.0.0.1', 80)\n"
        "except TutorError as error: print(error.what, error.way_out)"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "Port 80 is reserved for the system. Use one from 1024 up: --port 8000\n"
