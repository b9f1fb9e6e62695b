"""A real server that is asked this and that, and the log that it leaves."""

import os
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
import watched
from databases import LESSON
from servers import DEADLINE
from tokens import KEY

SECRET = "hunter2-hunter2"  # noqa: S105  # to be looked for in the log
PROGRAM = """
import asyncio, logging
from fastapi.responses import StreamingResponse
from app.main import app

@app.get("/broken/{number}")
async def broken(number: int) -> None:
    raise ValueError("This is meant.")

@app.get("/stream")
async def stream() -> StreamingResponse:
    async def parts():
        yield "one"
        logging.getLogger("somebody.else").warning("In the middle of it")
        yield "two"
    return StreamingResponse(parts())

logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
"""


@pytest.fixture(scope="module")
def log(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Ask a server this and that, end it, and give its log."""
    folder = tmp_path_factory.mktemp("log")
    shutil.copy(migrated_file, folder / "tasks.db")
    (folder / "faulty.py").write_text(PROGRAM, "utf-8")
    environment = os.environ | {
        "ENVIRONMENT": "staging",
        "SECRET_KEY": KEY,
        "DATABASE_URL": f"sqlite:///{folder / 'tasks.db'}",
        "PYTHONPATH": os.pathsep.join([str(LESSON), str(folder)]),
    }
    file = folder / "log"
    with socket.create_server(("127.0.0.1", 0)) as listener, file.open("wb") as output:
        number = listener.fileno()
        command = [sys.executable, "-m", "uvicorn", "faulty:app", f"--fd={number}"]
        process = watched.start(
            command,
            signal.SIGTERM,
            {},
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            pass_fds=[number],
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        ask(url)
    finally:
        watched.stop(process)
    return file.read_text("utf-8")


def ask(url: str) -> None:
    """Send requests, each with an ID that names it, and secrets in several of them."""
    with httpx2.Client(base_url=f"{url}/api/v1", timeout=DEADLINE) as client:

        def send(name: str, method: str, path: str, **more: Any) -> Any:  # noqa: ANN401
            return client.request(method, path, headers={"X-Request-ID": name}, **more)

        new_user = {"username": "ada", "password": SECRET}
        send("register", "POST", "/register", json=new_user)
        send("refused", "POST", "/register", json=new_user | {"email": SECRET})
        send("wrong", "POST", "/token", data={"username": "ada", "password": f"{SECRET}!"})
        token = send("login", "POST", "/token", data=new_user).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        send("create", "POST", "/tasks", json={"title": SECRET})
        send("list", "GET", f"/tasks?token={SECRET}")
        send("read", "GET", "/tasks/1")
        send("broken", "GET", f"{url}/broken/1?token={SECRET}")
        send("stream", "GET", f"{url}/stream")
        send("forged", "GET", f'{url}/a%0A{{"event":"forged"}}')
        client.get(f"{url}/health/live", headers={"X-Request-ID": 'x", "event": "forged'})
