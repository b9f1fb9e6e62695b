"""Real starts: one plain sentence, or a server."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2

from conftest import GOOD_KEY, OURS, PRODUCTION

HERE = Path(__file__).resolve().parent


def environment(**variables: str) -> dict[str, str]:
    """Return an environment with these settings alone."""
    return {
        name: value for name, value in os.environ.items() if name.upper() not in OURS
    } | variables


def serve(**variables: str) -> tuple[int, str, httpx2.Response | None]:
    """Start a real server; return its exit code, what it said, and its answer if it has started."""
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port=0"]
    said, answer = "", None
    with subprocess.Popen(
        command, cwd=HERE, env=environment(**variables), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stderr or []:
                said += line
                if "running on" in line:
                    url = line.partition("running on ")[2].split()[0]
                    answer = httpx2.get(url, trust_env=False, timeout=60)
                    process.terminate()
        finally:
            process.kill()
    return process.returncode, said, answer


def test_an_import_ends_with_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import main"],
        cwd=HERE,
        env=environment(ENV_FILE="hunter2"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith("The app cannot start. ")
    assert "ENV_FILE" in sentence
    assert "hunter2" not in sentence


def test_a_real_server_does_not_start_in_production_with_a_poor_key() -> None:
    code, said, answer = serve(**PRODUCTION | {"SECRET_KEY": "changeme-" + "hunter2" * 4})

    assert answer is None, "production runs with a key that starts with changeme: it should not"
    assert code != 0, "the start failed, but the exit status says that all is well"
    assert "SECRET_KEY" in said, f"what is said does not name SECRET_KEY: {said}"
    assert "hunter2" not in said, "what is said repeats the key"


def test_a_real_server_says_one_sentence_and_no_traceback() -> None:
    code, said, _ = serve(ENVIRONMENT="hunter2")

    assert code == 1
    assert "The app cannot start. ENVIRONMENT: " in said
    assert "Traceback" not in said
    assert "hunter2" not in said


def test_a_real_server_starts_with_files(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{GOOD_KEY}\n", encoding="utf-8")
    settings = tmp_path / "production.env"
    lines = [
        "ENVIRONMENT=production",
        f"SECRET_KEY_FILE={key.as_posix()}",
        f"DATABASE_URL={PRODUCTION['DATABASE_URL']}",
    ]
    settings.write_text("\n".join(lines), encoding="utf-8")

    _, said, answer = serve(ENV_FILE=str(settings))

    assert answer is not None, said
    assert answer.json()["environment"] == "production"
    assert GOOD_KEY not in said
    assert "hunter2" not in said
