from __future__ import annotations

from console.privacy.finding import Finder
from store import seeking
from store.caller import Caller
from store.client import Store
from tests.console.privacy.story import ADA, BOB, LINE, call_of, done, life_of
from tests.store.builders import an_event


async def test_events_are_told_apart_by_whose_they_are(store: Store) -> None:
    events = await life_of(store, ADA, "a")
    await life_of(store, BOB, "b")
    progress: list[int] = []
    found = await Finder(store, Caller.parse(ADA)).everywhere(progress.append)
    assert sum(progress) >= await seeking.count(store.redis)
    assert found.ids >= {event.id for event in events}
    assert set(found.siblings) == {events[1].id}
    assert set(found.mentions) == {events[4].id}
    assert found.calls == {"desk:a", "desk:a-2", "desk:a-3", "desk:a-4"}
    assert [about.id for about in found.events][-1] in found.theirs


async def test_who_called_a_line_is_known(store: Store) -> None:
    await done(store, an_event(call=call_of(ADA, "a")), ADA)
    await done(store, an_event(call=call_of(BOB, "b")), BOB)
    assert (await Finder(store, Caller.parse(LINE)).everywhere()).callers == {ADA, BOB}
    assert (await Finder(store, Caller.parse(ADA)).everywhere()).callers == frozenset()


async def test_one_connection_is_a_part_of_it(store: Store) -> None:
    await done(store, an_event(call=call_of(ADA, "a")), ADA)
    night = await done(store, an_event(connection="night", call=call_of(ADA, "a")), ADA)
    found = (await Finder(store, Caller.parse(ADA)).everywhere()).narrowed("night")
    assert (set(found.ids), list(found.others)) == ({night.id}, [])


async def test_nothing_is_nothing(store: Store) -> None:
    await life_of(store, BOB, "b")
    assert (await Finder(store, Caller.parse(ADA)).everywhere()).is_nothing
