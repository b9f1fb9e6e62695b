"""Load a lesson's app into this process, and say where a broken one is broken."""

from __future__ import annotations

import importlib
import inspect
import linecache
import os
import sys
import traceback
from functools import partial
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.offline_docs import ASGIApp, Message, Receive, Send


class _SourceOnly(SourceFileLoader):
    """Leaves no `__pycache__` in a lesson, and reads no stale one after a quick save."""

    def path_stats(self, path: str) -> dict[str, Any]:
        """Refuse to date the file: Python then neither reads nor writes its bytecode."""
        raise OSError(path)


def enter(folder: Path, root: Path) -> None:
    """Make this process the lesson's: it works in `folder`, and imports from there first.

    The checkout's `root` leaves `sys.path`, so that a lesson can import nothing from there.
    """
    os.chdir(folder)
    place = os.path.realpath(folder)
    dropped = {place, os.path.realpath(root)}
    kept = [entry for entry in sys.path if os.path.realpath(entry) not in dropped]
    sys.path[:] = [str(folder), *kept]
    sys.path_hooks.insert(0, partial(_find_below, place))
    sys.path_importer_cache.pop(str(folder), None)


def _find_below(place: str, path: str) -> FileFinder:
    """Serve as a path hook for the folders below `place`; ImportError passes on the others."""
    real = os.path.realpath(path)
    if real != place and not real.startswith(place + os.sep):
        raise ImportError(path)
    return FileFinder(path, (_SourceOnly, SOURCE_SUFFIXES))


def load_app(target: str, folder: Path, shown_from: Path, *, factory: bool = False) -> ASGIApp:
    """Import `target` (`module:attribute`) from `folder`, which this process has entered.

    Raises TutorError when the code fails, naming file and line as seen from `shown_from`, and
    when the target is not an ASGI app.
    """
    module_name, _, attribute = target.partition(":")
    place = Place(folder, shown_from)
    with place.errors_located():
        app: Any = importlib.import_module(module_name)
    for name in attribute.split("."):
        if not hasattr(app, name):
            raise TutorError(
                f"{place.name_of(folder)}: {module_name} has no {attribute!r}.",
                f"Define {attribute} there, or name another app with --app module:attribute.",
            )
        app = getattr(app, name)
    with place.errors_located():
        app = app() if factory else app
    if not _takes_three(app):
        raise TutorError(
            f"{place.name_of(folder)}: {target} is not an ASGI app but of type "
            f"{type(app).__name__}.",
            "Name an app, such as one made by FastAPI().",
        )
    return app  # type: ignore[no-any-return]


def _takes_three(app: object) -> bool:
    """Return whether `app` can be called with scope, receive and send."""
    try:
        inspect.signature(app).bind(None, None, None)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return not inspect.isclass(app)


class Place:
    """A lesson's folder, and the directory from which its files are named for a person."""

    def __init__(self, folder: Path, shown_from: Path) -> None:
        self.folder = folder
        self.shown_from = shown_from

    def name_of(self, path: str | Path) -> str:
        """Return `path` as seen from the directory that the person is in."""
        real, start = Path(path).resolve(), self.shown_from.resolve()
        return str(real.relative_to(start) if real.is_relative_to(start) else real)

    def errors_located(self) -> _Located:
        """Return a context in which an error becomes a TutorError that says where it is."""
        return _Located(self)

    def located(self, error: BaseException) -> TutorError:
        """Return what a person needs of `error`: its file, line, source and message."""
        if isinstance(error, SystemExit) and isinstance(error.code, str) and error.code:
            return TutorError(error.code)  # The code says itself what a person needs.
        what = "".join(traceback.format_exception_only(error)[-1:]).strip()
        if isinstance(error, SyntaxError):
            what = f"{type(error).__name__}: {error.msg}"
        elif isinstance(error, SystemExit):
            what = f"The code ended itself: {error.code}"
        found = self._last_line(error)
        if found is None:
            return TutorError(f"{self.name_of(self.folder)} cannot be served. {what}")
        file, number = found
        source = linecache.getline(file, number).strip()
        return TutorError(f"{self.name_of(file)}, line {number}:", f"    {source}\n{what}")

    def _last_line(self, error: BaseException) -> tuple[str, int] | None:
        """Return file and line of the lesson's own code that `error` passed through last."""
        lines = list(self._lines(error))
        return lines[-1] if lines else None

    def _lines(self, error: BaseException) -> Iterator[tuple[str, int]]:
        inside = self.folder.resolve()
        for frame, number in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if Path(file).is_absolute() and Path(file).resolve().is_relative_to(inside):
                yield file, number
        if isinstance(error, SyntaxError) and error.filename and error.lineno:
            yield error.filename, error.lineno


class _Located:
    def __init__(self, place: Place) -> None:
        self.place = place

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (Exception, SystemExit)):
            raise self.place.located(error) from error


class Watched:
    """An app that remembers the error with which its start or its end failed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.failure: BaseException | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass everything on to the app, and keep tracebacks of its lifespan out of the log."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, partial(self._send_without_traceback, send))
        except Exception as error:
            self.failure = error
            raise

    async def _send_without_traceback(self, send: Send, message: Message) -> None:
        if message["type"].endswith(".failed"):
            self.failure = TutorError(message.get("message") or "The app's lifespan failed.")
            message = {"type": message["type"]}
        await send(message)
