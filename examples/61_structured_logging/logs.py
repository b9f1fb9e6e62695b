"""Logs for machines: one line of JSON an event, whoever writes it."""

import json
import logging.config
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.types import EventDict, Processor

CONFIG = Path(__file__).with_name("log_config.json")

Context = Callable[[], Mapping[str, Any]]
"""Tells what all lines get that are written now, such as the ID of the request."""


def shape(service: str, context: Context) -> Processor:
    """Return what gives each line the same keys, in the same order, before its own fields."""

    def shaped(_logger: object, _method: str, event: EventDict) -> EventDict:
        record: logging.LogRecord = event.pop("_record")
        for name in ("_from_structlog", "color_message"):  # for terminals, not for machines
            event.pop(name, None)
        bound = dict(context())
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "service": service,
            "request_id": bound.pop("request_id", None),
            "event": str(event.pop("event")).rstrip(),  # Some end with a newline.
            "logger": record.name,
        }
        fields = bound | dict(event)
        # A field may have any name; the keys of every line stay what they are.
        return line | {f"{name}_" if name in line else name: fields[name] for name in fields}

    return shaped


def render(_logger: object, _method: str, event: EventDict) -> str:
    """Return the line as JSON; what JSON does not know becomes text."""
    try:
        return json.dumps(event, default=str, allow_nan=False)
    except (TypeError, ValueError):  # a key that is no text, a number that is none, a circle
        simple = {
            name: value if isinstance(value, str | None) else repr(value)
            for name, value in event.items()
        }
        return json.dumps(simple)


def make_formatter(service: str, context: Context = dict) -> logging.Formatter:
    """Return what turns an event into a line."""
    return ProcessorFormatter(
        processors=[structlog.processors.format_exc_info, shape(service, context), render],
        foreign_pre_chain=[ExtraAdder()],
    )


def set_up_logs(context: Context) -> None:
    """Send the lines of all loggers, also the server's, to standard output; again is no harm."""
    access = logging.getLogger("uvicorn.access")
    off = not (access.handlers or access.propagate)  # by `--no-access-log`
    config = json.loads(CONFIG.read_text(encoding="utf-8"))
    config["formatters"]["json"]["context"] = context
    logging.config.dictConfig(config)
    access.propagate = not off
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
