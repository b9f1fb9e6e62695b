"""The same API with the common mistake: it sends an entity tag, and never looks at one."""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Path, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from content import (
    NOT_MODIFIED,
    UNAUTHORIZED,
    Account,
    Avatar,
    Feed,
    ReaderDep,
    Settings,
    avatar_of,
    feed_of,
)

Operation = TypeVar("Operation", bound=Callable[..., Any])
UserId = Annotated[int, Path(ge=1, lt=2**63, examples=[7])]


class TaggedResponse(JSONResponse):
    """JSON with an entity tag."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer to the request in `scope`."""
        etag = f'"{sha256(self.body).hexdigest()[:32]}"'
        self.headers["ETag"] = etag
        await super().__call__(scope, receive, send)


app = FastAPI(title="HTTP caching", version="1.0.0")


def readable(path: str, **options: Any) -> Callable[[Operation], Operation]:  # noqa: ANN401 - FastAPI's
    """Register an operation for GET and for HEAD, which FastAPI does not add by itself."""

    def register(operation: Operation) -> Operation:
        # This one answers, so a 405 names both in `Allow`. The schema has each for itself.
        app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False, **options)(operation)
        app.head(path, **options)(operation)
        return app.get(path, **options)(operation)

    return register


@readable("/static-config", response_class=TaggedResponse, responses=NOT_MODIFIED)
def read_settings(response: Response) -> Settings:
    """Return the settings: anybody may keep them for an hour."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    return Settings()


@readable("/user/{user_id}/avatar", response_class=TaggedResponse, responses=NOT_MODIFIED)
def read_avatar(user_id: UserId, response: Response) -> Avatar:
    """Return an avatar: a browser may keep it for five minutes, and then ask if it is the same."""
    response.headers["Cache-Control"] = "private, max-age=300"
    return avatar_of(user_id)


@readable("/feed", response_class=TaggedResponse, responses=NOT_MODIFIED | UNAUTHORIZED)
def read_feed(reader: ReaderDep, response: Response) -> Feed:
    """Return the reader's feed: it may be kept, but has to be asked for each time."""
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Authorization"
    return feed_of(reader)


@readable("/sensitive-data")
def read_account(response: Response) -> Account:
    """Return an account: nobody may keep it."""
    response.headers["Cache-Control"] = "no-store"
    return Account(iban="DE02 1203 0000 0000 2020 51", balance=1200)
