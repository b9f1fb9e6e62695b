"""Logging in: a password for a token."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response

from app import crud
from app.core.security import create_token, verify_password
from app.dependencies import SessionDep, SettingsDep, ThrottleDep
from app.errors import CHALLENGE, INVALID, THROTTLED, UNAUTHENTICATED, UNREADABLE
from app.schemas.users import Credentials, Token

router = APIRouter(tags=["login"])

LOGIN_ERRORS = UNREADABLE | UNAUTHENTICATED | INVALID | THROTTLED


@router.post("/token", response_description="A token", responses=LOGIN_ERRORS)
async def login(
    form: Annotated[Credentials, Form()],
    session: SessionDep,
    settings: SettingsDep,
    throttle: ThrottleDep,
    request: Request,
    response: Response,
) -> Token:
    """Exchange a username and a password for a token."""
    address = request.client.host if request.client else ""
    throttle.check(form.username, address)
    user = await crud.users.named(session, form.username)
    # Gives the connection back: many may wait here, for two are hashed at a time.
    await session.close()
    password = form.password.get_secret_value()
    right = await verify_password(password, user.password_hash if user else None)
    throttle.check(form.username, address)  # Others may have guessed wrong at the same time.
    if not right or user is None or user.disabled:
        throttle.failed(form.username, address)
        raise HTTPException(401, "Wrong username or password", CHALLENGE)
    throttle.succeeded(form.username, address)
    response.headers["Cache-Control"] = "no-store"
    return Token(access_token=create_token(user.id, settings))
