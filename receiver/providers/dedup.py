"""How a dedup key is written: the native kind and a digest, since call ids may hold phone numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from receiver.providers.payload import canonical
from store.event import ToolCall


def written_key(native: str, *parts: Any) -> str:
    """The key of what these parts tell from everything else of this native kind."""
    return f"{native}:{digest(parts)}"


def of_tools(tools: Iterable[ToolCall]) -> list[list[str]]:
    """The tools of one delivery in any order, for a key."""
    return sorted([tool.id, tool.name, digest(tool.arguments)] for tool in tools)


def digest(value: Any) -> str:
    """A value that came from JSON, in forty hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()[:40]
