"""A second small app: it stands in for a service of somebody else that our app asks."""

import asyncio
from typing import Annotated

from fastapi import FastAPI, Path, Request

LONGEST = 10.0  # seconds; nobody may keep us waiting for longer

app = FastAPI(title="Upstream")


@app.get("/get")
def echo(request: Request) -> dict[str, dict[str, str]]:
    """Answer with the query parameters that came in."""
    return {"args": dict(request.query_params)}


@app.get("/delay/{seconds}")
async def delay(seconds: Annotated[float, Path(ge=0, allow_inf_nan=False)]) -> dict[str, float]:
    """Wait, then answer with how long that was."""
    waited = min(seconds, LONGEST)
    await asyncio.sleep(waited)
    return {"seconds": waited}
