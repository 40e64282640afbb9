from __future__ import annotations

import asyncio

import pytest

from console.web import live as module
from console.web.live import Crowded, Live
from store import keys
from store.client import Store
from store.tasks import end


async def test_a_page_hears_that_something_happened(store: Store) -> None:
    live = Live(store.redis, calm=0.0)
    listening = asyncio.create_task(live.listen())
    watcher = live.join()
    news = live.news(watcher)
    assert await anext(news) == b"retry: 2000\n\n"
    waiting = asyncio.ensure_future(anext(news))
    while not waiting.done():
        await store.redis.publish(keys.FEED, b"{}")
        await asyncio.wait([waiting], timeout=0.05)
    assert b"changed" in waiting.result()
    await news.aclose()
    await end(listening)


async def test_a_page_looks_again_when_nothing_is_done_any_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT", 0.01)
    live = Live(store.redis)
    news = live.news(live.join())
    await anext(news)
    assert (await anext(news)).startswith(b"event: changed")


async def test_there_is_an_end_to_watchers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WATCHERS", 1)
    live = Live(store.redis)
    first = live.join()
    with pytest.raises(Crowded):
        live.join()
    live.leave(first)
    assert live.watching == 0
    live.join()
