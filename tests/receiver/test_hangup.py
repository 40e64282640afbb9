from __future__ import annotations

import asyncio
from typing import Any

from receiver.hangup import hangup_of


async def test_done_once_the_sender_is_gone() -> None:
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    with hangup_of(messages.get) as hung_up:
        messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        messages.put_nowait({"type": "http.disconnect"})
        await asyncio.wait({hung_up}, timeout=5)
        assert hung_up.done()


async def test_nobody_listens_any_longer_than_needed() -> None:
    with hangup_of(asyncio.Queue().get) as hung_up:
        await asyncio.sleep(0)
        assert not hung_up.done()
    await asyncio.wait({hung_up}, timeout=5)
    assert hung_up.cancelled()
