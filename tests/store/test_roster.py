from __future__ import annotations

from store import keys
from store.client import Store
from store.roster import LASTS, Note

NOTE = Note(frozenset({"greet", "night"}), {"night": "rules/live/night.yaml:3:5 night: no"}, follows=True)


async def test_a_note_is_read_as_it_was_written(store: Store) -> None:
    assert await store.roster.all() == {}
    await store.roster.write("one", Note())
    await store.roster.write("two", Note())
    await store.roster.write("two", NOTE)
    assert await store.roster.all() == {"one": Note(), "two": NOTE}


async def test_a_note_goes_with_its_worker(store: Store) -> None:
    await store.roster.write("stopped", NOTE)
    await store.roster.write("killed", NOTE)
    assert 0 < await store.redis.pttl(keys.NOTE + "killed") <= LASTS * 1000
    await store.roster.drop("stopped")
    await store.redis.delete(keys.NOTE + "killed")
    assert await store.roster.all() == {}
    assert await store.redis.keys("*") == []


async def test_a_sign_of_life_keeps_it(store: Store) -> None:
    assert not await store.roster.renew("one")
    await store.roster.write("one", NOTE)
    await store.redis.pexpire(keys.NOTE + "one", 2_000)
    assert await store.roster.renew("one")
    assert await store.redis.pttl(keys.NOTE + "one") > 2_000
