"""An API that says how long its answers may be kept, and answers 304 to who has them already."""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Path, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
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

# RFC 9110, section 8.8.3. A tag may hold commas, so a list of them cannot be split at these.
TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
KEPT = ("Cache-Control", "ETag", "Vary")


class TaggedResponse(JSONResponse):
    """JSON with an entity tag: who already has it gets 304 and no body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer to the request in `scope`, or that it has not changed."""
        etag = f'"{sha256(self.body).hexdigest()[:32]}"'
        self.headers["ETag"] = etag
        if is_known(etag, Headers(scope=scope).getlist("if-none-match")):
            kept = {name: self.headers[name] for name in KEPT if name in self.headers}
            await Response(status_code=304, headers=kept)(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def is_known(etag: str, if_none_match: Sequence[str]) -> bool:
    """Tell whether the client has what `etag` stands for, be it weak (`W/`) or not."""
    listed = ",".join(if_none_match).strip()
    return listed == "*" or etag in TAG.findall(listed)


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
