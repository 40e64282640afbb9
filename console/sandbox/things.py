"""Plain objects with an id, as the platforms that save anything at all give them out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Thing = dict[str, Any]


def with_id(items: Iterable[Thing], wanted: str) -> Thing | None:
    """The item with that id."""
    return next((each for each in items if each["id"] == wanted), None)
