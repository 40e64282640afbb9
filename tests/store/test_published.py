from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from redis.exceptions import ConnectionError

from store.client import Store, open_store
from store.published import CHUNK, published
from tests.receiver.support import proxied


async def test_what_is_published_comes_in_order_and_whole(store: Store) -> None:
    words = [b"", b"one\r\ntwo", b"x" * (3 * CHUNK), b"end"]
    heard = []
    async with aclosing(published(store.redis, "news", silence=60)) as chunks:
        assert await anext(chunks) == [[b"subscribe", b"news", 1]]
        for word in words:
            await store.redis.publish("news", word)
        async for messages in chunks:
            heard += messages
            if len(heard) == len(words):
                break
    assert heard == [[b"message", b"news", word] for word in words]


async def test_a_quiet_channel_is_asked_for_a_word(store: Store) -> None:
    async with aclosing(published(store.redis, "news", silence=0.05)) as chunks:
        await anext(chunks)
        assert (await anext(chunks))[0][0] == b"pong"


@pytest.mark.parametrize("how", ["freeze", "cut"])
async def test_a_store_that_says_nothing_or_hangs_up_is_given_up(store: Store, store_url: str, how: str) -> None:
    async with proxied(store_url) as proxy:
        behind = open_store(proxy.url)
        async with aclosing(published(behind.redis, "news", silence=0.2)) as chunks:
            await anext(chunks)
            if how == "freeze":
                proxy.freeze()
            else:
                await proxy.cut()
            with pytest.raises((ConnectionError, OSError)):
                await _all(chunks)
        await behind.close()


async def _all(chunks: AsyncIterator[object]) -> None:
    async for _ in chunks:
        pass
