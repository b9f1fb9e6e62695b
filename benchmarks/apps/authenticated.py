"""The list of tasks from memory, for whoever has a token: nobody looks for the user."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException

from app.core.security import InvalidTokenError, read_token
from app.dependencies import SettingsDep, bearer
from app.errors import CHALLENGE
from app.main import app as stage
from benchmarks.apps.bare import greet, list_tasks


async def check_token(token: Annotated[str, Depends(bearer)], settings: SettingsDep) -> None:
    """Let a token of ours in, or answer 401."""
    try:
        read_token(token, settings)
    except InvalidTokenError:
        raise HTTPException(401, "Not authenticated", CHALLENGE) from None


app = FastAPI(lifespan=stage.router.lifespan_context)
app.get("/")(greet)
app.get("/api/v1/tasks", dependencies=[Depends(check_token)])(list_tasks)
