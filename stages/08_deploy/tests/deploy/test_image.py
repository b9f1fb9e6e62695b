"""The image, built and run for real: as nobody in particular, on a disk that is read-only."""

import json
import shutil
from collections.abc import Iterator

import pytest
from databases import LESSON
from images import IMAGE, Builder, build, builder
from servers import until
from validators import NOT_OURS

pytestmark = pytest.mark.xdist_group("image")  # for pytest -n: one process builds it, once

SECRET = "hunter2, and more than 32 characters"
LOCKED = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=640m"]
ASK = """
import json, sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen
method, path, body = sys.argv[1:]
request = Request("http://127.0.0.1:8000" + path, body.encode() or None, method=method)
request.add_header("Content-Type", "application/json")
try:
    answer = urlopen(request)
except HTTPError as error:
    answer = error
print(json.dumps([answer.status, answer.read().decode()]))
"""


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Build the image, from a folder in which there are secrets, too."""
    context = tmp_path_factory.mktemp("context")
    left_out = shutil.ignore_patterns("tests", *NOT_OURS)
    shutil.copytree(LESSON, context, ignore=left_out, dirs_exist_ok=True)
    (context / "secrets").mkdir()
    for name in (".env", "secrets/secret_key", "app/.env", "app/tasks.db"):
        (context / name).write_text(SECRET)
    with builder() as made:
        build(made, context)
        yield made


@pytest.fixture(scope="session")
def options(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give how containers are started: locked up, with secrets in files and a folder for data."""
    secrets, data = tmp_path_factory.mktemp("secrets"), tmp_path_factory.mktemp("data")
    (secrets / "secret_key").write_text(f"{SECRET}\n")
    (secrets / "database_url").write_text("sqlite:////data/tasks.db\n")
    secrets.chmod(0o755)  # in the container, somebody else reads them
    data.chmod(0o777)
    files = [f"--volume={secrets}:/run/secrets:ro", f"--volume={data}:/data"]
    names = [f"--env={x}_FILE=/run/secrets/{x.lower()}" for x in ("SECRET_KEY", "DATABASE_URL")]
    return ["--network=none", "--health-interval=disable", "--tmpfs=/tmp", *LOCKED, *files, *names]


@pytest.fixture(scope="session")
def migrated(image: Builder, options: list[str]) -> Builder:
    """Migrate the database, as a container of its own does."""
    image.podman("run", "--rm", *options, IMAGE, "python", "-m", "app.prestart")
    return image


@pytest.fixture(scope="session")
def container(migrated: Builder, options: list[str]) -> str:
    """Start the app; give the name of its container."""
    return start(migrated, "api", options)


def start(image: Builder, container: str, options: list[str]) -> str:
    """Start a container, and wait until the app in it answers."""
    image.podman("run", "--detach", f"--name={container}", *options, IMAGE)
    until(lambda: healthy(image, container))
    return container


def healthy(image: Builder, container: str) -> bool:
    """Run the health check of the image, as Docker would every few seconds."""
    done = image.run("podman", "healthcheck", "run", container, check=False)
    if done.returncode not in (0, 1) and "exceeded timeout" not in done.stderr:
        pytest.fail(f"It cannot be run: {done.stderr}\n{image.log(container)}")
    return done.returncode == 0


def python(image: Builder, container: str, code: str, *arguments: str) -> str:
    """Run Python in a container; return what it prints."""
    return image.podman("exec", container, "python", "-c", code, *arguments)


def ask(image: Builder, container: str, method: str, path: str, body: str = "") -> tuple[int, str]:
    """Send a request from inside: the container has no network. Return status and body."""
    status, text = json.loads(python(image, container, ASK, method, path, body))
    return status, text


def test_the_app_answers(image: Builder, container: str) -> None:
    user = json.dumps({"username": "ada", "password": "correct horse battery staple"})
    assert ask(image, container, "GET", "/health/ready")[0] == 200
    assert ask(image, container, "POST", "/api/v1/register", user)[0] == 201
    assert ask(image, container, "POST", "/api/v1/register", user)[0] == 409


def test_it_is_in_production_unless_told_otherwise(image: Builder, container: str) -> None:
    assert ask(image, container, "GET", "/docs")[0] == 404


def test_the_account_has_no_power(image: Builder, container: str) -> None:
    assert python(image, container, "import os; print(os.getuid(), os.getgid())") == "10001 10001"


@pytest.mark.parametrize(("folder", "wanted"), [("/", False), ("/srv/app", False), ("/tmp", True)])  # noqa: S108
def test_there_is_one_place_to_write_to(
    image: Builder, container: str, folder: str, wanted: bool
) -> None:
    write = f"open('{folder}/x', 'w')"
    done = image.run("podman", "exec", container, "python", "-c", write, check=False)
    assert (done.returncode == 0) == wanted
    assert wanted or "Read-only file system" in done.stderr


def test_the_image_holds_the_app_and_nothing_else(image: Builder, container: str) -> None:
    walk = "import os; [print(os.path.join(at, n)) for at, _, names in os.walk('.') for n in names]"
    found = {path.removeprefix("./") for path in python(image, container, walk).splitlines()}

    names = ["alembic.ini", "gunicorn_conf.py", "app/**/*.py", "app/**/*.html", "migrations/**/*.*"]
    wanted = {path.relative_to(LESSON) for name in names for path in LESSON.glob(name)}
    assert found == {str(path) for path in wanted if path.suffix != ".pyc"}


def test_no_secret_is_in_the_image_nor_in_what_describes_it(image: Builder, container: str) -> None:
    shown = [
        image.podman("history", "--no-trunc", IMAGE),
        image.podman("inspect", IMAGE),
        image.podman("inspect", container),
        image.log(container),
    ]
    assert not [text for text in shown if "hunter2" in text]


def test_the_health_check_notices_that_the_app_is_gone(image: Builder, options: list[str]) -> None:
    image.podman("run", "-d", "--name=idle", *options, IMAGE, "python", "-mhttp.server", "9000")
    assert not healthy(image, "idle")


def test_it_ends_in_order_when_it_is_told_to(migrated: Builder, options: list[str]) -> None:
    start(migrated, "short", options)
    migrated.podman("stop", "--time=40", "short")
    assert migrated.podman("inspect", "--format={{.State.ExitCode}}", "short") == "0"
