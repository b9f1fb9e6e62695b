"""What operations ask for: FastAPI calls these functions and hands over what they give."""

import logging
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request

from app.schemas.tasks import Task, TaskId
from app.store import TaskStore

logger = logging.getLogger(__name__)


def get_store(request: Request) -> Iterator[TaskStore]:
    """Hand the app's store to one request, and take it back after the answer has been sent."""
    store: TaskStore = request.state.store
    logger.info("Store opened for a %s", request.method)
    try:
        yield store
    finally:
        logger.info("Store closed")


StoreDep = Annotated[TaskStore, Depends(get_store)]


def get_task(task_id: TaskId, store: StoreDep) -> Task:
    """Find the task that the path names."""
    return store.get(task_id)


TaskDep = Annotated[Task, Depends(get_task)]
