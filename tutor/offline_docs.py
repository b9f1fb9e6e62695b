"""Serve `/docs` and `/redoc` with no internet, the lesson's own code left plain FastAPI."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from tutor.errors import TutorError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]

FOLDER = "offline-docs"
_PACKAGE = "fastapi_offline"
_TYPES = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "redoc.standalone.js": "text/javascript; charset=utf-8",
    "favicon.png": "image/png",
}
# ReDoc shows its maker's logo at the foot of the page and hides it when it does not load.
_REMOTE_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
_NO_LOGO = b"data:,"


def use_local_assets() -> None:
    """Make FastAPI's pages for Swagger UI and ReDoc name our asset files by default.

    The addresses are relative, so that they hold below any prefix. Call it before the lesson is
    imported. Raises TutorError when the installed FastAPI builds its pages in another way.
    """
    from fastapi.openapi import docs

    _set_defaults(
        docs.get_swagger_ui_html,
        swagger_js_url=f"{FOLDER}/swagger-ui-bundle.js",
        swagger_css_url=f"{FOLDER}/swagger-ui.css",
        swagger_favicon_url=f"{FOLDER}/favicon.png",
    )
    _set_defaults(
        docs.get_redoc_html,
        redoc_js_url=f"{FOLDER}/redoc.standalone.js",
        redoc_favicon_url=f"{FOLDER}/favicon.png",
        with_google_fonts=False,
    )


def _set_defaults(page: Callable[..., object], **defaults: str | bool) -> None:
    known: dict[str, object] = getattr(page, "__kwdefaults__", None) or {}
    unknown = sorted(defaults.keys() - known.keys())
    if unknown:
        raise TutorError(
            f"This FastAPI has no {', '.join(unknown)}, so its docs pages would need the internet.",
            "Install the versions that requirements.lock names.",
        )
    known.update(defaults)


def with_assets(app: ASGIApp) -> ASGIApp:
    """Return `app` with the asset files of its docs pages answered in front of it."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        name = asset_name(scope["path"]) if scope["type"] == "http" else None
        if name is None:
            await app(scope, receive, send)
        else:
            await _send_asset(name, scope["method"], send)

    return answer


def asset_name(path: str) -> str | None:
    """Return the asset file that a request's `path` asks for, or None when it asks for none."""
    folder, _, name = path.rpartition("/")
    known = name in _TYPES and folder.rpartition("/")[2] == FOLDER
    return name if known else None


async def _send_asset(name: str, method: str, send: Send) -> None:
    body = read_asset(name)
    headers = [
        (b"content-type", _TYPES[name].encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def read_asset(name: str) -> bytes:
    """Return the bytes of an asset file, with nothing in it that a page fetches elsewhere."""
    # Finding the package without importing it saves the import of all that it wraps.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise TutorError(f"The package {_PACKAGE} is not installed.")
    path = Path(spec.submodule_search_locations[0], "static", name)
    return path.read_bytes().replace(_REMOTE_LOGO, _NO_LOGO)


class QuietAssets(logging.Filter):
    """Keep the requests for asset files out of uvicorn's access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether `record` is about anything but an asset file."""
        arguments = record.args
        if not isinstance(arguments, tuple) or len(arguments) < 3:
            return True
        return asset_name(str(arguments[2]).partition("?")[0]) is None
