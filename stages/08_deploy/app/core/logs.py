"""Logs: one line an event, as JSON for machines, or readable on a developer's screen."""

import logging
import sys

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import Processor

# What every line gets, be it written by this app through structlog or by a library without it.
COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,  # the ID of the request
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# These have handlers of their own, which would write each line a second time.
SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "gunicorn.error", "gunicorn.access")


def make_formatter(*, readable: bool) -> logging.Formatter:
    """Return what turns an event into a line."""
    ends: list[Processor] = [ProcessorFormatter.remove_processors_meta]
    if readable:
        # Plain: the other forms show the values of variables, and some of these are secret.
        traceback = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        ends += [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=traceback)]
    else:
        ends += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return ProcessorFormatter(processors=ends, foreign_pre_chain=COMMON)


class LogHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic for mypy alone
    """The handler of this app, which is told from those of others by its class."""


def set_up_logs(*, readable: bool) -> None:
    """Send the lines of all loggers to one handler; done again, it changes nothing.

    Servers set up their own logging before or after they import the app, so this is called then
    and once more when the app starts.
    """
    structlog.configure(
        processors=[*COMMON, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = LogHandler()
    handler.setFormatter(make_formatter(readable=readable))
    root = logging.getLogger()
    root.handlers = [*(each for each in root.handlers if type(each) is not LogHandler), handler]
    for name in SERVERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in ("uvicorn.access", "gunicorn.access"):  # The app writes these lines itself.
        logging.getLogger(name).propagate = False
    logging.getLogger("app").setLevel(logging.INFO)
