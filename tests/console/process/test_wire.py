from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from console.process.wire import OnePacketProtocol
from receiver.responses import Response


class Packets(asyncio.Transport):
    """A transport that remembers each packet; the last one is `None` once it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes | None] = []

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))

    def close(self) -> None:
        self.sent.append(None)

    def is_closing(self) -> bool:
        return None in self.sent


async def app(scope: Any, receive: Any, send: Any) -> None:
    await Response(200, []).leave(send) if scope["path"] == "/empty" else await Response(200, [], b"yes").leave(send)


async def answer_to(request: bytes) -> list[bytes | None]:
    config, packets = uvicorn.Config(app, http=OnePacketProtocol, log_config=None, access_log=False), Packets()
    config.load()
    protocol = OnePacketProtocol(config=config, server_state=ServerState(), app_state={})
    protocol.connection_made(packets)
    protocol.data_received(request)
    while not packets.sent:  # noqa: ASYNC110
        await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
    protocol.connection_lost(None)
    return packets.sent


@pytest.mark.parametrize(
    ("request_", "bodies"),
    [
        (b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}", [b"yes"]),
        (b"GET /empty HTTP/1.1\r\n\r\n", [b""]),
        (b"HEAD / HTTP/1.1\r\n\r\n", [b""]),
    ],
)
async def test_a_response_is_one_packet(request_: bytes, bodies: list[bytes]) -> None:
    sent = [packet for packet in await answer_to(request_) if packet is not None]
    assert [packet.partition(b"\r\n\r\n")[2] for packet in sent] == bodies
    assert all(packet.startswith(b"HTTP/1.1 200 OK\r\n") for packet in sent)


async def test_a_connection_is_closed_after_what_was_written() -> None:
    sent = await answer_to(b"HEAD / HTTP/1.1\r\nconnection: close\r\n\r\n")
    assert sent[0] is not None
    assert sent[1:][:1] == [None]


async def test_nonsense_is_refused() -> None:
    sent = await answer_to(b"\x00\x01\x02\r\n\r\n")
    assert sent[0] is not None
    assert sent[0].startswith(b"HTTP/1.1 400 ")
