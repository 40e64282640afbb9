from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import keys
from store.client import Store
from store.event import Event
from store.events import COMPRESS_FROM, Acceptance
from store.survey import Page, Span, count, pages
from tests.store.builders import accept, an_event


async def all_of(found: AsyncIterator[Page]) -> list[Page]:
    return [page async for page in found]


def ids(found: list[Page]) -> list[str]:
    return [past.event.id for page in found for past in page.events]


async def at_moments(store: Store, *moments: int) -> list[str]:
    events = [an_event(id=f"evt_{number:03}") for number in range(len(moments))]
    for event, moment in zip(events, moments, strict=True):
        await accept(store, event)
        await store.redis.zadd(keys.EVENTS, {event.id: moment})
        await store.redis.hset(keys.EVENT + event.id, "received", str(moment))  # type: ignore[misc]
    return [event.id for event in sorted(events, key=lambda event: (moments[int(event.id[4:])], event.id))]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
async def test_every_event_comes_once_whatever_the_pages(store: Store, size: int) -> None:
    in_order = await at_moments(store, 10, 20, 20, 20, 20, 20, 30, 30, 40)
    found = await all_of(pages(store.redis, Span(), size=size))
    assert ids(found) == in_order
    assert sum(page.looked_at for page in found) == 9
    assert max(page.looked_at for page in found) <= size


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments=st.lists(st.integers(1, 6), max_size=12), size=st.integers(1, 5), span=st.tuples(*[st.integers(0, 7)] * 2)
)
async def test_spans_and_pages_of_any_size(store: Store, moments: list[int], size: int, span: tuple[int, int]) -> None:
    await store.redis.flushdb()
    in_order = await at_moments(store, *moments)
    expected = [name for name in in_order if span[0] <= moments[int(name[4:])] <= span[1]]
    found = await all_of(pages(store.redis, Span(*span), size=size))
    assert ids(found) == expected
    assert await count(store.redis, Span(*span)) == len(expected)


async def test_the_end_of_a_span_belongs_to_it(store: Store) -> None:
    await at_moments(store, 10, 20, 30)
    assert ids(await all_of(pages(store.redis, Span(20, 30)))) == ["evt_001", "evt_002"]
    assert await all_of(pages(store.redis, Span(31))) == [Page(0, 0, [])]


async def test_connections_and_kinds(store: Store) -> None:
    for number, (connection, kind) in enumerate([("a", "call-started"), ("b", "call-started"), ("b", "call-ended")]):
        await accept(store, an_event(kind, id=f"evt_{number}", connection=connection))
    here = Span(connections=frozenset({"b"}), kinds=frozenset({"call-started", "message"}))
    (page,) = await all_of(pages(store.redis, here))
    assert (ids([page]), page.looked_at, page.matching) == (["evt_1"], 3, 1)


@pytest.mark.parametrize(("wanted", "read"), [(None, 2), ({"call-ended"}, 1), (set(), 0)])
async def test_what_is_not_wanted_is_only_counted(store: Store, wanted: set[str] | None, read: int) -> None:
    for kind in ("call-started", "call-ended"):
        await accept(store, an_event(kind))
    (page,) = await all_of(pages(store.redis, Span(), wanted=wanted))
    assert (page.matching, len(page.events)) == (2, read)


@pytest.mark.parametrize("length", [0, COMPRESS_FROM])
async def test_what_is_read_of_an_event(store: Store, length: int) -> None:
    body = b'{"text": "%s"}' % (b"x" * length)
    event = an_event("tool-calls")
    await store.events.accept(Acceptance(event, body))
    for bodies, raw in ((True, {"text": "x" * length}), (False, {})):
        (page,) = await all_of(pages(store.redis, Span(), bodies=bodies))
        (past,) = page.events
        assert (past.event, past.event.raw, past.memory) == (Event(**{**dict(event), "raw": raw}), raw, None)
    stored = await store.events.get(event.id)
    assert stored is not None
    assert past.received_ms == stored.received_ms


async def test_memory_as_it_was(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    kept: dict[str, Any] = {"call": {}, "caller": {"vip": True}}
    await store.redis.hset(keys.EVENT + event.id, "memory", '{"call":{},"caller":{"vip":true}}')  # type: ignore[misc]
    (page,) = await all_of(pages(store.redis, Span()))
    assert page.events[0].memory == kept


async def test_an_event_that_was_forgotten_is_passed_over(store: Store) -> None:
    await at_moments(store, 1, 2)
    await store.redis.delete(keys.EVENT + "evt_000")
    (page,) = await all_of(pages(store.redis, Span()))
    assert (ids([page]), page.matching) == (["evt_001"], 1)
