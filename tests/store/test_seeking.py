from __future__ import annotations

import orjson
import pytest

from store import seeking
from store.caller import Caller
from store.client import Store
from store.events import Acceptance, pack
from tests.store.builders import an_event

ADA = Caller("31", "612340001")


async def found(store: Store) -> set[str]:
    return {name async for page in seeking.pages(store.redis, ADA) for name in page.found}


async def test_it_is_found_in_names_values_fields_and_members(store: Store) -> None:
    redis = store.redis
    await redis.set("in-name:0612340001", "x")
    await redis.set("in-text", "06 12 34 00 01")
    await redis.hset("in-field", "+31612340001", "x")  # type: ignore[misc]
    await redis.hset("in-value", "x", "0031612340001")  # type: ignore[misc]
    await redis.rpush("in-list", "x", "31612340001")  # type: ignore[misc]
    await redis.sadd("in-set", "x", "+31-6-12340001")  # type: ignore[misc]
    await redis.set("another", "+32612340001 and +316123400012")
    assert await found(store) == {"in-name:0612340001", "in-text", "in-field", "in-value", "in-list", "in-set"}


@pytest.mark.parametrize("number", ["0612340001", "0612340002"])
async def test_it_is_found_in_what_is_kept_compressed(store: Store, number: str) -> None:
    body = orjson.dumps({"text": "x" * 20_000, "number": number})
    event = an_event(call={"id": "c"})
    await store.events.accept(Acceptance(event, body))
    other = an_event(call={"id": "c"})
    await store.events.accept(Acceptance(other, b"{}"))
    await store.redis.hset(f"hs:trace:{other.id}", "bundle:x", pack(body))  # type: ignore[misc, arg-type]
    expected = {f"hs:event:{event.id}", f"hs:trace:{other.id}"} if number == "0612340001" else set()
    assert await found(store) == expected
    assert await seeking.event_tells(store.redis, ADA, event.id) is bool(expected)
    assert await seeking.event_tells(store.redis, ADA, other.id) is bool(expected)


async def test_it_is_found_whatever_stands_between_its_digits(store: Store) -> None:
    marks = [chr(code) for code in range(0x3100) if ADA.is_in(f"06{chr(code)}12340001") and not chr(code).isdigit()]
    await store.redis.mset({f"key:{ord(mark)}": f"6{mark}12340001" for mark in marks})
    await store.redis.mset({f"wide:{ord(mark)}": mark.join(f" {ADA.national} ") for mark in marks})
    assert len(marks) > 30
    assert await found(store) == {f"{name}:{ord(mark)}" for mark in marks for name in ("key", "wide")}


async def test_what_is_large_is_read_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeking, "PART", 3)
    redis, told = store.redis, [*map(str, range(20)), "0612340001"]
    await redis.hset("a-hash", mapping=dict.fromkeys(told, "x" * 100))  # type: ignore[misc]
    await redis.rpush("a-list", *told)  # type: ignore[misc]
    await redis.sadd("a-set", *told)  # type: ignore[misc]
    await redis.set("a-text", "x" * 4000 + " 0612340001")
    await redis.rpush("another", *told[:-1])  # type: ignore[misc]
    assert await found(store) == {"a-hash", "a-list", "a-set", "a-text"}


async def test_what_one_script_leaves_the_next_one_looks_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeking, "ROOM", 1000)
    text = "x" * 500 + " 0612340001"
    await store.redis.mset({f"key:{number}": text for number in range(40)})
    looked = [page async for page in seeking.pages(store.redis, ADA)]
    assert {name for page in looked for name in page.found} == {f"key:{number}" for number in range(40)}
    assert sum(page.looked_at for page in looked) == 40
    assert max(page.looked_at for page in looked) == 2


async def test_every_key_is_looked_at_in_parts(store: Store) -> None:
    await store.redis.mset({f"key:{number}": "x" for number in range(5 * seeking.PAGE)})
    looked = [page.looked_at async for page in seeking.pages(store.redis, ADA)]
    assert sum(looked) >= await seeking.count(store.redis) == 5 * seeking.PAGE
    assert len(looked) > 3


async def test_events_since_a_moment(store: Store) -> None:
    now = await store.retention.now_ms()
    event = an_event()
    await store.events.accept(Acceptance(event, b"{}"))
    assert await seeking.events_since(store.redis, now) == [event.id]
    assert await seeking.events_since(store.redis, now + 60_000) == []
