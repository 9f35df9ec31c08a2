"""What the service says of itself on stderr: one event a line, as JSON or as text, and nothing personal.

An exception is logged by its kind and its places in the code. Its words are left out: databases repeat values in
theirs, mail servers addresses. Of libraries that are not known to be discreet, only the name is logged.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Format = Literal["json", "text"]
FORMATS: tuple[Format, ...] = ("json", "text")
DISCREET = ("mentorkorps", "uvicorn")
PACKAGES = Path(__file__).parents[2]
AS_JSON = json.JSONEncoder(ensure_ascii=False, default=str)


def configure_logging(format: Format) -> None:
    """From here on everything that is logged in this process goes to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("mentorkorps").setLevel(logging.INFO)


def log_data(**facts: object) -> dict[str, object]:
    """Facts of an event, for a logger's `extra`: ids, patterns, counts and times, never what somebody typed."""
    return {"facts": facts}


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """{"time": …, "level": …, "event": …} and the facts of the event, in one line."""
        return AS_JSON.encode(_facts(record))


class TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The same facts for people who read along."""
        facts = _facts(record)
        head = [str(facts.pop(name)) for name in ("time", "level", "event")]
        return " ".join(head + [f"{name}={value}" for name, value in facts.items()])


def _facts(record: logging.LogRecord) -> dict[str, object]:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    is_discreet = record.name.partition(".")[0] in DISCREET
    event = " ".join(record.getMessage().split()) if is_discreet else record.name
    facts = {"time": at, "level": record.levelname.lower(), "event": event} | getattr(
        record, "facts", {}
    )
    if record.exc_info and record.exc_info[1]:
        facts |= {
            "error": " < ".join(_kinds(record.exc_info[1])),
            "at": list(_places(record.exc_info[1])),
        }
    return facts


def _kinds(error: BaseException | None) -> Iterator[str]:
    while error:
        yield type(error).__name__
        error = error.__cause__ or error.__context__


def _places(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        short_path = path.relative_to(PACKAGES) if path.is_relative_to(PACKAGES) else path.name
        yield f"{short_path}:{frame.lineno} {frame.name}"
