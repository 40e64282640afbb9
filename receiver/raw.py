"""One HTTP request as it came, before anything is believed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from store.request import PLAIN, Request


@dataclass(slots=True)
class RawDelivery:
    """The bytes of one delivery and everything around them that a signature or a normaliser may need."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header names in lower case."""
    request: Request = PLAIN
    connection: str = ""
    path_token: str = ""
    """The path segment after the connection, where the connection authenticates by it."""
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def header(self, name: str) -> str:
        """The header's value, or an empty string."""
        return self.headers.get(name.lower(), "")
