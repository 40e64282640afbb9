"""Logs of every process: readable lines on a terminal, one JSON object a line elsewhere. Never a body or a number."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from console.masking import mask_numbers
from console.texts import printable
from store.about import about
from store.settings import StoreSettings

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}
_GLYPHS = {"DEBUG": "·", "INFO": "●", "WARNING": "▲", "ERROR": "✖", "CRITICAL": "✖"}


def set_up_logging(settings: StoreSettings) -> None:
    """Send everything to stderr in the form the settings ask for."""
    handler = logging.StreamHandler(sys.stderr)
    as_json = settings.log == "json" or (settings.log == "auto" and not sys.stderr.isatty())
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def extras(record: logging.LogRecord) -> dict[str, Any]:
    """What a log call gave as `extra`."""
    return {name: value for name, value in record.__dict__.items() if name not in _STANDARD}


def named(told: dict[str, Any]) -> dict[str, Any]:
    """The extras, and which event, connection and call the line is about, unless it is about another one."""
    event = about()
    return {**event, **told} if told.get("event_id", event.get("event_id")) == event.get("event_id") else told


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, the extras, and `exception` for one that was caught."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line = {**line, **named(extras(record)), **line}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _json(line)


class TextFormatter(logging.Formatter):
    """`12:00:01 ▲ delivery refused  connection=front_desk reason=stale`."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        told = " ".join(f"{name}={value}" for name, value in _worth_telling(record).items())
        line = f"{at} {_GLYPHS.get(record.levelname, '●')} {record.getMessage()}" + (f"  {told}" if told else "")
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return printable(str(mask_numbers(line)))


def _worth_telling(record: logging.LogRecord) -> dict[str, Any]:
    """The extras; and for what somebody may want to look into, the event it was about."""
    told = extras(record)
    event_id = named(told).get("event_id")
    return told | {"event_id": event_id} if event_id and record.levelno >= logging.WARNING else told


def _json(line: dict[str, Any]) -> str:
    """Always one line, whatever a caller of the log gave us: unknown types as text, broken text repaired."""
    try:
        told = orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        told = orjson.dumps({name: _plain(value) for name, value in line.items()})
    return str(mask_numbers(told.decode()))


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text.encode("utf-8", "replace").decode("utf-8")
