from __future__ import annotations

import asyncio
from typing import Any

from receiver.hangup import has_hung_up


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
