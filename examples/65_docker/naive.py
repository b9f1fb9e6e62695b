"""The same API with the common mistake: what changes is beside the code."""

import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, Field


class Health(BaseModel):
    """What a health check gets to know."""

    status: str = Field(examples=["ok"])


class Visits(BaseModel):
    """How many visits there have been."""

    visits: int = Field(examples=[3])


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Path]]:
    """Find the file of the visits: it is beside the code."""
    file = Path(__file__).parent / "visits.db"
    yield {"file": file}


app = FastAPI(title="Visits", version="1.0.0", lifespan=lifespan)


def find_file(request: Request) -> Path:
    """Return the file that has one byte for each visit."""
    file: Path = request.state.file
    return file


FileDep = Annotated[Path, Depends(find_file)]


@app.get("/health/live")
def check_health() -> Health:
    """Tell that the app runs."""
    return Health(status="ok")


@app.get("/visits")
def read_visits(file: FileDep) -> Visits:
    """Return how many visits there have been."""
    return Visits(visits=file.stat().st_size if file.exists() else 0)


@app.post("/visits")
def count_visit(file: FileDep) -> Visits:
    """Count a visit; return its number."""
    with file.open("ab", buffering=0) as stream:
        # The system appends each byte by itself, so two visits at once have two numbers.
        stream.write(b".")
        return Visits(visits=stream.tell())


def read_port() -> int:
    """Return the port that the platform names; say in one sentence if it names none."""
    port = os.environ.get("PORT", "8000")
    if re.fullmatch("[0-9]{1,5}", port) and int(port) < 2**16:
        return int(port)
    sys.exit(f"PORT has to be a number up to 65535, not {port!r}.")


if __name__ == "__main__":
    uvicorn.run(app, host=os.environ.get("HOST", "127.0.0.1"), port=read_port())
