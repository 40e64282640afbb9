"""How a delivery reached us, beside its body and its headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson

MOST_FIELDS = 1000
"""Fields of a form or a query that are read; more are not a form anybody fills in."""


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
        if self == PLAIN:
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
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return form_of(body)
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {"value": parsed}


def form_of(body: bytes) -> dict[str, Any]:
    """The fields of a form; one that came more than once is a list. Empty when it cannot be read."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
