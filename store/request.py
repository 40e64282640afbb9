"""How a delivery reached us, beside its body and its headers."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from store.lenient import Unreadable, parse

logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # its warnings quote what strangers sent

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"

_ESCAPED = re.compile(rb"\\[u/]")
"""Letters that stand for others; looking for a backslash first spares nearly every body a slower search."""

MOST_FIELDS = 1000
"""Fields of a form or a query that are read; more are not a form anybody fills in."""


_IN_MEMORY: dict[Any, Any] = {"MAX_MEMORY_FILE_SIZE": 2**62, "UPLOAD_ERROR_ON_BAD_CTE": False}
"""A body is bounded before anybody reads it, so nothing of it has to go to a disk."""


@dataclass(frozen=True)
class Request:
    """The method, the door of the connection it came to, and what stood in the URL."""

    method: str = "POST"
    door: str = ""
    """Which of the connection's URLs: "" for events, `tools`, `context` or `data`."""
    tool: str = ""
    """The name in the URL of a tool."""
    query: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """As it is stored; empty for a plain POST of an event."""
        if self is PLAIN or self == PLAIN:
            return b""
        return orjson.dumps({"method": self.method, "door": self.door, "tool": self.tool, "query": dict(self.query)})

    @classmethod
    def from_json(cls, stored: bytes | None) -> Request:
        """Read it back."""
        return cls(**orjson.loads(stored)) if stored else PLAIN


PLAIN = Request()


def payload_of(body: bytes, headers: Mapping[str, str], request: Request = PLAIN) -> dict[str, Any]:
    """What the platform said, as rules see it in `raw`: the JSON object or the form in the body, else the query.

    A body that is JSON but no object stands under `value`; one that cannot be read gives an empty payload.
    """
    if not body:
        return dict(request.query)
    if is_form(written := headers.get("content-type", "")):
        return form_in(body, written)
    try:
        parsed = parse(body)
    except Unreadable:
        return {}
    return parsed if isinstance(parsed, dict) else {"value": parsed}


def stands_plainly(body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether a text in a JSON body stands there as it is read, so that whoever looks through the body finds it."""
    escaped = b"\\" in body and _ESCAPED.search(body)
    return not escaped and not is_form(headers.get("content-type", ""))


def is_form(content_type: str) -> bool:
    """Whether a body of this type is a form, in either of the two ways to write one."""
    return content_type.lower().startswith((FORM, PARTS))


def form_in(body: bytes, content_type: str) -> dict[str, Any]:
    """The fields of a body of such a type."""
    return form_of(body) if content_type.lower().startswith(FORM) else parts_of(body, content_type)


def form_of(body: bytes) -> dict[str, Any]:
    """The fields of a form; one that came more than once is a list. Empty when it cannot be read."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return _named(fields)


def parts_of(body: bytes, content_type: str) -> dict[str, Any]:
    """The same of a form in parts (multipart); files are left out. Empty when it cannot be read."""
    boundary = parse_options_header(content_type.encode("utf-8", "replace"))[1].get(b"boundary", b"")
    fields: dict[str, list[str]] = {}

    def take(part: Any) -> None:
        values = fields.setdefault(_text(part.field_name), [])
        values.append(_text(part.value))
        if len(fields) + len(values) > MOST_FIELDS:
            raise FormParserError("more fields than a form has")

    try:
        parser = FormParser("multipart/form-data", take, _leave_out, boundary=boundary, config=_IN_MEMORY)
        parser.write(body)
        parser.finalize()
    except FormParserError:
        return {}
    return _named(fields)


def _leave_out(file: Any) -> None:
    file.close()


def _text(written: bytes | None) -> str:
    return (written or b"").decode("utf-8", "replace")


def _named(fields: Mapping[str, list[str]]) -> dict[str, Any]:
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
