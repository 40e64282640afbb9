from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from receiver.waiters import Waiters
from store import keys
from store.client import Store, open_store
from tests.receiver.support import proxied, until


@asynccontextmanager
async def listening(url: str, silence: float = 1.0) -> AsyncIterator[Waiters]:
    store = open_store(url)
    waiters = Waiters(store.redis, silence=silence)
    waiters.start()
    try:
        yield waiters
    finally:
        await waiters.stop()
        await store.close()


async def test_those_who_wait_for_the_event_are_woken_and_no_others(store: Store, store_url: str) -> None:
    async with listening(store_url) as waiters:
        with waiters.waiting("c") as woken:
            await woken.wait()
        with waiters.waiting("a") as one, waiters.waiting("a") as two, waiters.waiting("b") as other:
            await store.redis.publish(keys.ANSWERED, "a")
            await one.wait()
            await two.wait()
            assert not other.is_set()
            assert len(waiters) == 2
        assert len(waiters) == 0


async def test_a_word_brings_the_answer_along(store: Store, store_url: str) -> None:
    async with listening(store_url) as waiters:
        with waiters.waiting("a") as woken, waiters.waiting("b") as other:
            await woken.wait()
            await store.redis.publish(keys.ANSWERED, 'a\na cell\nof two lines\n{"by":"rule"}')
            await until(lambda: bool(woken.answers))
            assert (woken.answers, other.answers) == ({"a cell\nof two lines": b'{"by":"rule"}'}, {})


async def test_words_that_are_no_ids_do_no_harm(store: Store, store_url: str) -> None:
    async with listening(store_url) as waiters:
        with waiters.waiting("a") as woken:
            await woken.wait()
            woken.clear()
            await store.redis.publish(keys.ANSWERED, b"\xff\xfe")
            await store.redis.publish(keys.ANSWERED, "a")
            await woken.wait()


async def test_a_lost_subscription_is_taken_up_again_and_everybody_looks(
    store: Store, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with proxied(store_url) as proxy, listening(proxy.url) as waiters:
        with waiters.waiting("a") as woken:
            await woken.wait()
            woken.clear()
            await proxy.cut()
            await until(lambda: "subscription lost" in caplog.text)
            await proxy.open()
            await woken.wait()


async def test_a_silent_subscription_is_given_up(
    store: Store, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with proxied(store_url) as proxy, listening(proxy.url, silence=0.05) as waiters:
        with waiters.waiting("a") as woken:
            await woken.wait()
            woken.clear()
            proxy.freeze()
            await until(lambda: any("fallen silent" in str(r.__dict__) for r in caplog.records))
            proxy.thaw()
            await woken.wait()


async def lost_while_quiet(store: Store, store_url: str, silence: float) -> int:
    """How often the subscription was taken up again while two pings were answered."""
    async with proxied(store_url) as proxy, listening(proxy.url, silence=silence) as waiters:
        with waiters.waiting("a") as woken:
            await woken.wait()
            before = proxy.accepted
            await store.redis.config_resetstat()
            pings = 0
            while pings < 2:
                await asyncio.sleep(0.05)
                stats = await store.redis.info("commandstats")
                pings = stats.get("cmdstat_ping", {}).get("calls", 0)
            return proxy.accepted - before


async def test_quiet_is_not_silence(store: Store, store_url: str) -> None:
    """A busy machine may take longer for an answer than the shortest of these, and none as long as the longest."""
    for silence in (0.5, 3.0, 12.0):
        lost = await lost_while_quiet(store, store_url, silence)
        if not lost:
            break
    assert lost == 0


@pytest.mark.parametrize("steps", range(0, 40, 3))
async def test_stopping_works_at_any_moment(store_url: str, steps: int) -> None:
    async with asyncio.timeout(60), listening(store_url):
        for _ in range(steps):
            await asyncio.sleep(0)


async def test_one_may_listen_for_two_events_at_once(store: Store, store_url: str) -> None:
    async with listening(store_url) as waiters:
        with waiters.waiting("mine") as woken, waiters.waiting("the_first", woken) as same:
            assert same is woken
            await woken.wait()
            woken.clear()
            await store.redis.publish(keys.ANSWERED, "the_first")
            await woken.wait()
        assert len(waiters) == 0
