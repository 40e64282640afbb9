"""What is published on a channel of the store, for as long as somebody listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from hiredis import Reader
from redis.asyncio import Redis
from redis.exceptions import ConnectionError

CHUNK = 65_536
"""Bytes that are read at once."""

Message = list[Any]
"""Its type (subscribe, message or pong), the channel, and what was said."""


async def published(redis: Redis, channel: str, *, silence: float) -> AsyncGenerator[list[Message], None]:
    """Messages, those together that came together; the first one says that from here on none is missed.

    After `silence` seconds without a word the store is asked for one, and has as long again to say it; then, and when
    it hangs up, ConnectionError is raised. The client's own way looks after time limit and connection for each message.
    """
    async with redis.pubsub() as subscription:
        await subscription.subscribe(channel)
        stream, reader, asked = subscription.connection._reader, Reader(), False
        while True:
            try:
                async with asyncio.timeout(silence):
                    data = await stream.read(CHUNK)
            except TimeoutError:
                if asked:
                    raise ConnectionError("the subscription has fallen silent") from None
                await subscription.ping()
                asked = True
                continue
            if not data:
                raise ConnectionError("the store has hung up on the subscription")
            reader.feed(data)
            asked = False
            yield list(iter(reader.gets, False))
