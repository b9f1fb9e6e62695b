"""Logs: one line an event, as JSON for machines, or readable on a developer's screen."""

import logging
import sys

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import Processor

# What the access log says of a request, see `AccessLogMiddleware`.
FIELDS = ("method", "path", "route", "status", "milliseconds", "client")

# What every line gets, whoever writes it: `structlog` takes part only when a line is written.
COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,  # the ID of the request
    structlog.stdlib.ExtraAdder(allow=FIELDS),
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
HANDLER = "app"
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


def set_up_logs(*, readable: bool) -> None:
    """Send the lines of all loggers to one handler; done again, it changes nothing.

    Servers set up their own logging before or after they import the app, so this is called then
    and once more when the app starts.
    """
    handler = logging.StreamHandler()
    handler.set_name(HANDLER)
    handler.setFormatter(make_formatter(readable=readable))
    root = logging.getLogger()
    root.handlers = [*(each for each in root.handlers if each.get_name() != HANDLER), handler]
    for name in SERVERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in ("uvicorn.access", "gunicorn.access"):  # The app writes these lines itself.
        logging.getLogger(name).propagate = False
    logging.getLogger("app").setLevel(logging.INFO)
