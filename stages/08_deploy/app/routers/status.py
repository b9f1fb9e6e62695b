"""How the app is: a page for people, and answers for the machines that look after it."""

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from fastapi.templating import Jinja2Templates
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.errors import Answers, problem

router = APIRouter(tags=["status"])
pages = Jinja2Templates(Path(__file__).resolve().parents[1] / "templates")

PATIENCE = 2.0  # seconds that the database may take
NOT_READY: Answers = {503: problem("The database is out of reach.", "The database does not answer")}


class Health(BaseModel):
    """How the app is."""

    status: Annotated[str, Field(examples=["ok"])] = "ok"


async def is_ready(request: Request) -> bool:
    """Tell whether the database answers, soon."""
    try:
        async with asyncio.timeout(PATIENCE), request.state.probe.connect() as connection:
            # SQLite would say yes to `SELECT 1` without a look at its file.
            await connection.execute(text("SELECT version_num FROM alembic_version"))
    except (SQLAlchemyError, TimeoutError, OSError):
        return False
    return True


@router.get("/", response_class=HTMLResponse, response_description="A page")
async def show_status(request: Request) -> Response:
    """Show how the app is, and where to go from here."""
    return pages.TemplateResponse(request, "status.html", {"ready": await is_ready(request)})


@router.get("/health/live", response_description="The app runs")
async def live() -> Health:
    """Answer: whoever cannot is to be started anew."""
    return Health()


@router.get("/health/ready", response_description="The app can work", responses=NOT_READY)
async def ready(request: Request) -> Health:
    """Tell whether the app can work now: if not, requests are to go elsewhere for a while."""
    if not await is_ready(request):
        raise HTTPException(503, "The database does not answer")
    return Health()


@router.get("/metrics", response_class=PlainTextResponse, response_description="The numbers")
def read_metrics(request: Request) -> Response:
    """Read the numbers that Prometheus collects."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
