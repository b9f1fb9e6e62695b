"""Serve a copy of a lesson as the tool does, sign in, and let Schemathesis try its whole schema.

A server of its own, and not the app in this process: the lessons' packages have the same names,
and only the tool does all that a card asks for (variables, migrations, companions). Schemathesis
runs as a command: that has every phase, and its failures read well.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.fuzzing_hooks import ERRORS
from tests.guards.code import files_of, is_test
from tests.serving import ROOT, Site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.catalog import Lesson

SETTINGS = Path(__file__).with_name("fuzzing.toml")
PASSWORD = "password123"
SUPERUSER = "superuser"
USER = "testuser"  # whom the examples of the schemas name
ENVIRONMENT = {
    "ENVIRONMENT": "development",
    "ACCESS_TOKEN_EXPIRE_MINUTES": "1440",  # a long run must not outlive its token
    "FIRST_SUPERUSER": SUPERUSER,
    "FIRST_SUPERUSER_PASSWORD": PASSWORD,
}
LONGEST = 900  # seconds that a run of the usual length may take, on the slowest of machines
PATIENCE = 60  # seconds that one answer may take


@dataclass(frozen=True)
class Outcome:
    """How a run ended: the exit code of Schemathesis, what it printed, what the server logged."""

    code: int
    report: str
    tracebacks: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Tell whether all promises were kept, and no error came after an answer either."""
        return self.code == 0 and not self.tracebacks

    def __str__(self) -> str:
        """Return all that there is to read."""
        return "\n".join([self.report, *self.tracebacks])


def copy_of(lesson: Lesson, root: Path) -> Site:
    """Copy what a lesson's app needs to where the site serves its lesson from."""
    site = Site(root)
    for name in files_of(lesson):
        if not is_test(name) and name not in ("naive.py", "claims.py"):
            target = root / "stages" / "01_demo" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(lesson.folder / name, target)
    return site


def set_by_card(lesson: Lesson) -> list[str]:
    """Return the variables that the tool gives a lesson, unless they are set: so they must not be.

    A database of the developer's, for one, must not be filled with what is made up here.
    """
    companions = [companion.variable for companion in lesson.card.companions]
    return [*lesson.card.run.environment, *companions]


def fuzz(site: Site, environment: Mapping[str, str], *, documented_errors: bool = False) -> Outcome:
    """Serve the site's lesson, and try every operation of its schema.

    `environment` says how many cases an operation gets, as `amount` has it. An answer of the kind
    5xx is a fault, as is a traceback in the log. With `documented_errors` it is none where the
    operation documents it; each operation that was answered so with a 500 accounts for one place
    from which the log may have tracebacks.
    """
    folder = site.root / "schemathesis"
    folder.mkdir()
    with site.serve(env=ENVIRONMENT) as served:
        schema, tokens = sign_in(served.url)
        settings = SETTINGS.read_text(encoding="utf-8")
        (folder / SETTINGS.name).write_text(f"{settings}\n{tokens}", encoding="utf-8")
        (folder / "openapi.json").write_text(json.dumps(schema), encoding="utf-8")
        errors = folder / "errors"
        own = {ERRORS: str(errors)} if documented_errors else {}
        code, report = run(served.url, folder, environment, own)
        failing = set(errors.read_text(encoding="utf-8").splitlines()) if errors.exists() else ()
        found = tracebacks(served.text)
        return Outcome(code, report, found if len(found) > len(failing) else ())


def sign_in(url: str) -> tuple[Any, str]:
    """Return the schema of the app, and settings with a token for each of its security schemes.

    The token is the superuser's, who may do everything, where the stage can have one.
    """
    with httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE) as client:
        schema = client.get("/openapi.json").raise_for_status().json()
        for path in schema["paths"]:
            if path.endswith("/register"):  # else nobody is there to log in as the examples do
                new = {"username": USER, "password": PASSWORD}
                client.post(path, json=new).raise_for_status()
        schemes = schema.get("components", {}).get("securitySchemes", {})
        settings = ""
        for name, scheme in schemes.items():
            token = log_in(client, scheme["flows"]["password"]["tokenUrl"])
            settings += f'[auth.openapi.{name}]\nbearer = "{token}"\n'
            # Schemathesis tries what happens without the token, but not for OAuth2.
            schemes[name] = {"type": "http", "scheme": "bearer"}
    return schema, settings


def log_in(client: httpx.Client, path: str) -> str:
    """Return a token; raise httpx.HTTPStatusError when nobody is let in."""
    for name in (SUPERUSER, USER):
        answer = client.post(path, data={"username": name, "password": PASSWORD})
        if answer.is_success:
            break
    return str(answer.raise_for_status().json()["access_token"])


def run(
    url: str, folder: Path, environment: Mapping[str, str], own: Mapping[str, str]
) -> tuple[int, str]:
    """Run Schemathesis in `folder`, with `own` variables; return its exit code and its output."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", SETTINGS.name]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]  # for our hooks
    variables = {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONIOENCODING": "utf-8",
        "NO_PROXY": "127.0.0.1",
        "COLUMNS": "100",
        **own,
    }
    done = subprocess.run(
        [*command, "--no-color", "run", "openapi.json", f"--url={url}", *amount(environment)],
        cwd=folder,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=None if "FUZZ_EXAMPLES" in environment else LONGEST,
        check=False,
    )
    return done.returncode, done.stdout


def amount(environment: Mapping[str, str]) -> list[str]:
    """Return the options for how many cases an operation gets, and which.

    Usually few, and the same in every run; as many as `FUZZ_EXAMPLES` says, and then drawn anew
    each time unless `FUZZ_SEED` repeats a run.
    """
    examples = environment.get("FUZZ_EXAMPLES")
    if examples is None:
        return ["--max-examples=10", "--generation-deterministic"]
    seed = environment.get("FUZZ_SEED")
    return [f"--max-examples={examples}", *([f"--seed={seed}"] if seed else [])]


def tracebacks(log: str) -> tuple[str, ...]:
    """Return the ends of the tracebacks in a server's log, be it JSON or not, each once."""
    parts = re.split(r"^(?=[A-Z]+:|\{\")", log, flags=re.MULTILINE)
    entries = (text for part in parts for text in _texts(part))
    ends = ["\n".join(each.splitlines()[-8:]) for each in entries if "Traceback" in each]
    return tuple(dict.fromkeys(ends))


def _texts(part: str) -> list[str]:
    """Return the texts in a JSON object of a log; any other part of a log as it is."""
    if not part.startswith('{"'):
        return [part]
    line, _, rest = part.partition("\n")
    try:
        return [*(str(value) for value in json.loads(line).values()), rest]
    except ValueError:
        return [part]
