from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.tail.feed import Away, Back, Feed, News, line_of
from store import embedded
from store.client import Store, open_store
from store.event import Event
from store.look import Wanted, look
from tests.console.recorded import CALLER, answered
from tests.store.builders import accept, an_event, claim_one


async def done(store: Store, feed: bytes = b"") -> Event:
    event = an_event()
    await accept(store, event)
    await store.queue.finish(await claim_one(store), event.id, {}, feed=feed)
    return event


async def until(news: AsyncIterator[News], kind: type) -> News:
    while not isinstance(told := await anext(news), kind):
        pass
    return told


async def test_past_events_come_first_and_oldest_first(store: Store) -> None:
    events = [await done(store) for _ in range(3)]
    await accept(store, an_event())
    news = Feed(store, past=3).news()
    assert isinstance(await anext(news), Back)
    told = [await anext(news) for _ in range(2)]
    assert [line["event"] for line in told if isinstance(line, dict)] == [event.id for event in events[1:]]


async def test_a_line_of_the_past_is_like_one_of_the_feed(store: Store) -> None:
    await answered(store)
    row = (await look(store.redis, Wanted(), 1)).rows[0]
    line = line_of(row)
    assert (line["rules"], line["tools"], line["from"]) == ({"find_customer": "ran"}, ["look_up"], "+316•••••01")


async def test_the_number_is_looked_up_since_lines_do_not_tell_it(store: Store) -> None:
    await answered(store)
    line = line_of((await look(store.redis, Wanted(), 1)).rows[0])
    feed = Feed(store)
    assert await feed.fits_number(line, CALLER)
    assert await feed.fits_number(line, "06-1234 0001")
    assert not await feed.fits_number(line, "+31612340002")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


async def test_what_was_missed_is_caught_up_on_when_the_store_is_back(folder: Path) -> None:
    server = embedded.start(folder, "always")
    store = open_store(server.url)
    news = Feed(store).news()
    assert isinstance(await anext(news), Back)
    server.process.kill()
    server.stop()
    assert isinstance(await anext(news), Away)
    server = embedded.start(folder, "always")
    writer = open_store(server.url)
    missed = await done(writer)
    await until(news, Back)
    line = await anext(news)
    assert isinstance(line, dict)
    assert line["event"] == missed.id
    await news.aclose()  # type: ignore[attr-defined]
    await store.close()
    await writer.close()
    server.stop()
