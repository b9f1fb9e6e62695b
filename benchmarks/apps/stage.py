"""A stage as it is, and one more operation that runs a slow query."""

from app.dependencies import SessionDep
from app.main import app
from benchmarks.apps.slow import SLOW


@app.get("/slow")
async def wait(session: SessionDep) -> None:
    """Run the slow query."""
    await session.execute(SLOW)
