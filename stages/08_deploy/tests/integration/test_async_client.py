"""Two requests in flight at once, on the test's own event loop, with an async client."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from builders import a_task, save
from clients import add_prefix_async
from databases import Database
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from tokens import NEVER, MakeToken

from app.dependencies import get_emailer
from app.models import User

DEADLINE = 30.0


@pytest.fixture
async def ada_at_once(
    app: FastAPI, ada: User, make_token: MakeToken
) -> AsyncIterator[httpx2.AsyncClient]:
    """Speak to the test's own app as ada, without waiting for one answer before the next request.

    The transport runs no `lifespan`: that, and handing over what it gives, is done here.
    """
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"] = dict(state or {})
            await app(scope, receive, send)

        headers = {"Authorization": f"Bearer {make_token({'sub': str(ada.id), 'exp': NEVER})}"}
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(with_state),
            base_url="http://localhost",
            headers=headers,
            event_hooks={"request": [add_prefix_async]},
        ) as client:
            yield client


@pytest.mark.anyio
async def test_while_an_email_is_sent_other_requests_are_answered(
    app: FastAPI, ada_at_once: httpx2.AsyncClient, ada: User, database: Database
) -> None:
    task = a_task(ada)
    save(database, task)
    sending, taken = asyncio.Event(), asyncio.Event()

    class SlowEmailer:
        async def send(self, *_: str) -> None:
            sending.set()
            await taken.wait()

    app.dependency_overrides[get_emailer] = SlowEmailer
    to = {"email": "eve@example.com"}

    async with asyncio.timeout(DEADLINE):
        share = asyncio.create_task(ada_at_once.post(f"/tasks/{task.id}/share", json=to))
        await sending.wait()
        listed = await ada_at_once.get("/tasks")
        assert not share.done()
        taken.set()
        shared = await share

    assert listed.status_code == 200
    assert shared.status_code == 202
