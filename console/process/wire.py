"""What a response looks like on the wire: one packet where head and body come one after the other."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class OnePacket:
    """A transport that holds back a first write until the next one, or the end of this turn of the event loop.

    The server writes head and body apart. Two packets are two wake-ups for whoever reads them.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held = b""
        self.is_closing = transport.is_closing
        self._soon = asyncio.get_running_loop().call_soon

    def write(self, data: bytes) -> None:
        """Hold it back, or send it with what was."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        else:
            self._held = data
            self._soon(self._flush)

    def close(self) -> None:
        """After everything that was written."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class OnePacketProtocol(HttpToolsProtocol):
    """HTTP as the server speaks it, over such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(OnePacket(transport))  # type: ignore[arg-type]
