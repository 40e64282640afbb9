from __future__ import annotations

import asyncio

import pytest

from store.client import Store
from store.numbers import MOST_PAST, Asked, NotKeeperError, Pin

ID = "desk/+31850000001"


async def test_one_worker_is_the_keeper_until_it_leaves_or_dies(store: Store) -> None:
    terms = await asyncio.gather(*(store.numbers.tend(name, 5) for name in ("a", "b", "c")))
    (token,) = [term.token for term in terms if term.token]
    owner = await store.numbers.keeper()
    assert (await store.numbers.tend(owner, 5)).token == token
    other = "b" if owner == "a" else "a"
    await store.numbers.leave(other)
    assert await store.numbers.keeper() == owner
    await store.numbers.leave(owner)
    assert (await store.numbers.tend(other, 0.05)).token > token
    async with asyncio.timeout(50):
        while await store.numbers.keeper():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_only_the_keeper_writes_down(store: Store) -> None:
    first = (await store.numbers.tend("a", 5)).token
    await store.numbers.note(first, {ID: {"agent": "day"}})
    await store.numbers.leave("a")
    second = (await store.numbers.tend("b", 5)).token
    with pytest.raises(NotKeeperError):
        await store.numbers.note(first, {ID: {"agent": "night"}}, [{"what": "linked"}])
    assert (await store.numbers.known(), await store.numbers.past(9)) == ({ID: {"agent": "day"}}, [])
    await store.numbers.note(second, {ID: None})
    assert await store.numbers.known() == {}


async def test_the_past_is_bounded_and_an_entry_stands_once(store: Store) -> None:
    token = (await store.numbers.tend("a", 5)).token
    entries = [{"at_ms": place} for place in range(MOST_PAST + 5)]
    await store.numbers.note(token, {}, entries)
    await store.numbers.note(token, {}, entries[-1:])
    past = await store.numbers.past(MOST_PAST + 10)
    assert (len(past), past[0], past[-1]) == (MOST_PAST, entries[-1], entries[5])


async def test_pins(store: Store) -> None:
    pin = Pin("anna", "being moved", 1000, 5000)
    await store.numbers.pin(ID, pin)
    assert await store.numbers.pins() == {ID: pin}
    assert (pin.holds(4999), pin.holds(5000), Pin("anna", "", 0).holds(10**15)) == (True, False, True)
    assert (pin.text, Pin("anna", "", 0).text) == ("by anna: being moved", "by anna")
    assert (await store.numbers.unpin(ID), await store.numbers.unpin(ID)) == (True, False)


async def test_a_wish_waits_until_it_is_answered(store: Store) -> None:
    late, early = Asked("apply", "anna", 2000, (ID,)), Asked("look", "bob", 1000)
    for asked in (late, early):
        await store.numbers.ask(asked)
    assert (await store.numbers.tend("a", 5)).asked == 2
    assert await store.numbers.asked() == [early, late]
    assert await store.numbers.told(late.id) is None
    await store.numbers.tell(late, {"state": "working"}, over=False)
    assert await store.numbers.asked() == [early, late]
    await store.numbers.tell(late, {"state": "done"}, over=True)
    await store.numbers.withdraw(early)
    assert (await store.numbers.asked(), await store.numbers.told(late.id)) == ([], {"state": "done"})


async def test_the_last_look_and_the_last_file(store: Store) -> None:
    assert (await store.numbers.look(), await store.numbers.file()) == (None, None)
    await store.numbers.keep_look({"rows": []})
    await store.numbers.keep_file(b"x")
    assert (await store.numbers.look(), await store.numbers.file()) == ({"rows": []}, b"x")
    await store.numbers.forget_file()
    assert (await store.numbers.look(), await store.numbers.file()) == (None, None)
