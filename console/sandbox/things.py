"""Plain objects with an id, as the platforms that save anything at all give them out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Thing = dict[str, Any]


def with_id(items: Iterable[Thing], wanted: str) -> Thing | None:
    """The item with that id."""
    return next((each for each in items if each["id"] == wanted), None)


class Shelves:
    """What an account holds, a list for each kind of thing, each a field of its own."""

    def kept(self, what: str) -> list[Thing]:
        """All of one kind, such as `contacts`."""
        found: list[Thing] = getattr(self, what)
        return found
