"""How a delivery fails to prove itself."""

from __future__ import annotations


class BadSignature(Exception):
    """The delivery did not prove who sent it. `reason` is for our log and metrics, never for the sender."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadEntry(BadSignature):
    """The entry in the connections file can never hold, whatever is sent."""
