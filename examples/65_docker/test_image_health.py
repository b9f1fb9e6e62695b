"""The health check of the image, against a server that answers what it is told to."""

from pathlib import Path

import pytest

from containers import Podman

STUB = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Stub(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(open("/told/status").read()))
        self.end_headers()
server = HTTPServer(("127.0.0.1", 8000), Stub)
print("ready", flush=True)
server.serve_forever()
"""


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Return the file that holds the status of the next answers."""
    tmp_path.chmod(0o755)
    return tmp_path / "status"


@pytest.fixture
def stub(podman: Podman, image: str, told: Path) -> str:
    """Start the server in place of the app; return its container when it listens."""
    told.write_text("200")
    volume = f"--volume={told.parent}:/told:ro"
    container = podman.start(volume, image, "python", "-c", STUB)
    said = podman.ask(container, "GET", "/")
    assert said == "200", podman.log(container)
    return container


def test_the_health_check_tells_good_from_bad(podman: Podman, stub: str, told: Path) -> None:
    good = podman.run("healthcheck", "run", stub, check=False).returncode
    why = podman.show(stub, "{{range .State.Healthcheck.Log}}{{.Output}}{{end}}")
    last = why.strip().rpartition("\n")[2]
    assert good == 0, f"the app answered 200, and the health check failed: {last}"

    for status in (503, 404):
        told.write_text(str(status))
        bad = podman.run("healthcheck", "run", stub, check=False).returncode
        assert bad == 1, f"the app answered {status}, and the health check took it for good"
