from __future__ import annotations

import asyncio
from typing import Any

from receiver.hangup import has_hung_up, keep_listening


async def test_a_sender_is_gone_once_the_server_says_so() -> None:
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    assert not has_hung_up(messages.get)
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    messages.put_nowait({"type": "http.disconnect"})
    assert has_hung_up(messages.get)


async def test_who_is_asked_in_between_takes_nothing_from_those_who_ask_later() -> None:
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    assert not has_hung_up(messages.get)
    messages.put_nowait({"type": "http.disconnect"})
    assert (await messages.get())["type"] == "http.disconnect"


class StoppedReading:
    """A server's side of a request with a large body: it reads on once it is asked for more, and not before."""

    def __init__(self) -> None:
        self._gone, self._reads = asyncio.Event(), False

    async def receive(self) -> dict[str, Any]:
        self._reads = True
        await self._gone.wait()
        return {"type": "http.disconnect"}

    def sender_goes(self) -> None:
        if self._reads:
            self._gone.set()


async def test_a_server_that_stopped_reading_is_made_to_read_on() -> None:
    deaf, listening = StoppedReading(), StoppedReading()
    keep_listening(listening.receive)
    for server in (deaf, listening):
        server.sender_goes()
    assert not has_hung_up(deaf.receive)
    assert has_hung_up(listening.receive)
