"""Lines of the feed."""

from __future__ import annotations

from typing import Any


def line(event: str = "evt_1", **fields: Any) -> dict[str, Any]:
    told = {
        "event": event, "kind": "tool-calls", "connection": "desk", "from": "+316•••••01", "to": "+318•••••01",
        "tools": ["look_up"], "rules": {"tell": "ran", "other": "not_matched"}, "ms": 12.0,
    }  # fmt: skip
    return told | fields
