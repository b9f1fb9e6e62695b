"""Serve a lesson with its companions, say what is served where, and leave nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import multiprocessing
import os
import signal
import sys
import threading
import webbrowser
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.supervisors.watchfilesreload import WatchFilesReload

from tutor import display
from tutor.companions import Companions
from tutor.errors import MisuseError, TutorError
from tutor.listening import listen, url_of
from tutor.loading import Place, Watched, enter, load_app
from tutor.offline_docs import QuietAssets, use_local_assets, with_assets
from tutor.preparing import run_before, set_environment

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import FrameType

    from tutor.catalog import Catalog, Lesson

STREAM_SECONDS = 3
"""How long an open answer may go on after Ctrl-C."""
RELOAD_STREAM_SECONDS = 1
GIVE_UP_SECONDS = 8.0
"""How long the whole may take to end before it is ended."""
FORCED_SECONDS = 1.0
"""The same after a second Ctrl-C."""
_OURS = {"app", "host", "port", "uds", "fd", "workers", "env_file"}
_SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]


@dataclass(frozen=True)
class RunOptions:
    """What a person can choose about `tutor_cli run`."""

    host: str = "127.0.0.1"
    port: int = 8000
    reload: bool = False
    app: str | None = None
    open: bool = False


@dataclass(frozen=True)
class _Plan:
    """All that a process needs to serve the lesson; it can be sent to another one."""

    name: str
    folder: Path
    root: Path
    target: str
    url: str
    shown_from: Path
    settings: dict[str, Any] = field(default_factory=dict)
    open: bool = False


def serve(
    lesson: Lesson,
    catalog: Catalog,
    options: RunOptions,
    *,
    ask: Callable[[str], bool] | None = None,
) -> int:
    """Serve `lesson` until a person ends it, and return the command's exit code.

    The process belongs to the lesson from then on: its working directory, `sys.path`, variables
    and signals are changed. Without `ask`, nothing is asked. Raises TutorError when the lesson
    cannot be served, or stops being served by itself.
    """
    target = _chosen(lesson, options.app)
    settings = _settings(lesson)
    companions = Companions(lesson, catalog, Place(lesson.folder, Path.cwd()))
    _end_quietly_on_signals()
    try:
        with listen(options.host, options.port, ask) as listener:
            plan = _Plan(
                name=lesson.name,
                folder=lesson.folder.absolute(),
                root=catalog.root,
                target=target,
                url=url_of(listener),
                shown_from=Path.cwd(),
                settings=settings,
                open=options.open,
            )
            set_environment(lesson, catalog)
            run_before(lesson)
            companions.start()
            (_serve_reloading if options.reload else _serve_here)(plan, listener, companions)
    except KeyboardInterrupt:
        return 0
    finally:
        for number in _SIGNALS:  # a second Ctrl-C must not leave the companions behind
            signal.signal(number, signal.SIG_IGN)
        companions.stop()
    if companions.failure:
        raise companions.failure
    return 0


def _chosen(lesson: Lesson, wanted: str | None) -> str:
    known = (lesson.card.serve, *lesson.card.also)
    if wanted is None or wanted in known:
        return wanted or lesson.card.serve
    raise MisuseError(f"{lesson.name} has no app {wanted!r}.", f"It has: {', '.join(known)}")


def _settings(lesson: Lesson) -> dict[str, Any]:
    """Return the card's server options; raise TutorError for one that is unknown or ours."""
    known = inspect.signature(uvicorn.Config).parameters.keys() - _OURS
    for name in lesson.card.run.server:
        if name not in known or name.startswith("reload"):
            raise TutorError(
                f"{lesson.path}/lesson.toml: run.server: {name!r} is not an option to set there.",
                "Use the names that uvicorn.Config has.",
            )
    return {"timeout_graceful_shutdown": STREAM_SECONDS} | lesson.card.run.server


def _end_quietly_on_signals() -> None:
    """Make every signal that asks for the end raise KeyboardInterrupt, as Ctrl-C does."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup's SIGHUP stays ignored
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _serve_here(plan: _Plan, listener: socket.socket, companions: Companions) -> None:
    server = _Server(plan)
    companions.wait_until_ready()
    companions.watch(server.stop)
    server.serve_lesson(listener)


def _serve_reloading(plan: _Plan, listener: socket.socket, companions: Companions) -> None:
    companions.wait_until_ready()
    if companions:
        display.note("A change in a companion's code shows after a new start, not at once.")
    reloader = _Reloader(plan, listener)
    companions.watch(reloader.should_exit.set)
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, reloader.signal_handler)
    reloader.run()


class _Server(uvicorn.Server):
    """uvicorn, which also says what it serves, and ends in a few seconds whatever the app does."""

    def __init__(self, plan: _Plan) -> None:
        self.plan = plan
        self.place = Place(plan.folder, plan.shown_from)
        settings = dict(plan.settings)
        factory = bool(settings.pop("factory", False))
        use_local_assets()
        enter(plan.folder, plan.root)
        app = load_app(plan.target, plan.folder, plan.shown_from, factory=factory)
        self.docs = _docs_path(app)
        self.watched = Watched(app)
        super().__init__(uvicorn.Config(with_assets(self.watched), workers=1, **settings))
        logging.getLogger("uvicorn.access").addFilter(QuietAssets())
        logging.getLogger("uvicorn.error").addFilter(_is_no_cancellation)

    def serve_lesson(self, listener: socket.socket) -> None:
        """Serve until asked to stop; raise TutorError when the app's start or end fails."""
        with contextlib.suppress(SystemExit):  # uvicorn's way of saying that the start failed
            self.run(sockets=[listener])
        if self.force_exit:  # the app's end was cut short, as was asked
            return
        failure = self.watched.failure
        if isinstance(failure, TutorError):
            raise failure
        if failure is not None:
            raise self.place.located(failure) from failure
        if not self.started:
            raise TutorError(f"{self.plan.name} did not start.")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say what is served where."""
        hangup = getattr(signal, "SIGHUP", None)
        if hangup and signal.getsignal(hangup) is not signal.SIG_IGN:
            signal.signal(hangup, self.handle_exit)  # uvicorn itself handles the others
        await super().startup(sockets)
        url = self.plan.url
        parts = [f"Serving {self.plan.name} ({self.plan.target}) at {url}"]
        if self.docs:
            parts.append(f"docs at {url}{self.docs}")
        display.parts(*parts, "stop with Ctrl-C")
        if self.plan.open:
            page = url + (self.docs or "/")
            threading.Thread(target=_open_browser, args=(page,), daemon=True).start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's own
        """Stop gracefully at the first signal, at once at a second Ctrl-C."""
        if not self.started:
            raise KeyboardInterrupt  # the app's own start may never end
        # After one Ctrl-C the reloader sends SIGTERM on top: that is no second wish of a person's.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.stop(FORCED_SECONDS if self.force_exit else GIVE_UP_SECONDS)

    def stop(self, seconds: float = GIVE_UP_SECONDS) -> None:
        """Ask for the end, and see to it that it comes within `seconds`."""
        self.should_exit = True
        # A thread still runs when the app's own code never lets go of the event loop.
        timer = threading.Timer(seconds, _give_up)
        timer.daemon = True
        timer.start()


class _Reloader(WatchFilesReload):
    """uvicorn's reloader, which serves the lesson in a new process after each save."""

    def __init__(self, plan: _Plan, listener: socket.socket) -> None:
        settings = plan.settings | {"timeout_graceful_shutdown": RELOAD_STREAM_SECONDS}
        self.plan = replace(plan, settings=settings)
        config = uvicorn.Config(
            plan.target, reload=True, reload_dirs=[str(plan.folder)], log_level="warning"
        )
        super().__init__(config, partial(_serve_in_child, self.plan), [listener])

    def restart(self) -> None:
        """Serve anew; the browser was opened the first time."""
        self.target = partial(_serve_in_child, replace(self.plan, open=False))
        super().restart()


def _serve_in_child(plan: _Plan, sockets: list[socket.socket] | None) -> None:
    """Serve until the reloader asks for the end; a broken lesson ends only this process."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    _end_quietly_on_signals()
    try:
        _Server(plan).serve_lesson((sockets or [])[0])
    except KeyboardInterrupt:
        return
    except TutorError as error:
        display.failure(error)
        display.note("Requests wait until the next save.")
        sys.exit(error.exit_code)


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _docs_path(app: object) -> str | None:
    """Return the path of the app's docs page, or None when it has none."""
    docs = getattr(app, "docs_url", None)
    return docs if docs and getattr(app, "openapi_url", None) else None


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Keep out of the log that an open answer was ended, as was asked."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError)


def _open_browser(page: str) -> None:
    try:
        opened = webbrowser.open(page)
    except webbrowser.Error:
        opened = False
    if not opened:
        display.note(f"No browser could be opened. The page is {page}")


def _give_up() -> None:
    """End this process; its companions end with it, since they notice that it is gone."""
    display.note("The lesson's code did not stop in time, so it was ended.")
    os._exit(0)
