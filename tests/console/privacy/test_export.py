from __future__ import annotations

from pathlib import Path

import orjson

from console.privacy.export import Export
from store.caller import Caller
from store.client import Store
from store.event import Call
from tests.console.privacy.story import ADA, BOB, LINE, call_of, done, life_of, spooled, whole
from tests.store.builders import an_event


async def records(store: Store, folder: Path, connection: str = "") -> list[dict[str, object]]:
    exported = Export(store, Caller.parse(ADA), folder, connection)
    return [record async for record in exported.records()]


async def test_everything_is_in_it_and_nothing_is_changed(store: Store, tmp_path: Path) -> None:
    events = await life_of(store, ADA, "a")
    await life_of(store, BOB, "b")
    await spooled(tmp_path, ADA, BOB)
    before = await whole(store)
    told = await records(store, tmp_path)
    assert await whole(store) == before
    of = {str(record["what"]) for record in told}
    assert of == {"event", "memory", "spooled"} | ({"other"} & of)
    found = {record["id"]: record for record in told if record["what"] == "event"}
    assert set(found) >= {event.id for event in events}
    first = found[events[0].id]
    assert first["sent"] == {"customer": {"number": ADA}, "said": "call me at 612340001"}
    assert {"trace", "runs", "headers", "remembered_then"} <= first.keys()
    assert found[events[4].id]["why"] == "mentions the number"
    dead = [record for record in found.values() if record["dead_letters"]]
    assert ADA in orjson.dumps(dead).decode()
    memories = {str(record["of"]) for record in told if record["what"] == "memory"}
    assert memories >= {f"caller:{ADA}", "call:desk:a"}


async def test_numbers_of_others_stay_masked(store: Store, tmp_path: Path) -> None:
    said = f"I am {ADA}, or 06 1234 0001; my friend is {BOB}, and I called {LINE} or 0850000001".encode()
    await done(store, an_event(call=call_of(ADA, "a")), ADA, said)
    await done(store, an_event(call=Call(id="b", from_=BOB, to=LINE)), BOB, f"ask {ADA}, says 0687650002".encode())
    told = orjson.dumps(await records(store, tmp_path)).decode()
    assert ADA in told
    assert "06 1234 0001" in told
    for number in (BOB, LINE, "687650002", "850000001"):
        assert number not in told


async def test_one_connection_leaves_out_what_belongs_to_none(store: Store, tmp_path: Path) -> None:
    await done(store, an_event(call=call_of(ADA, "a")), ADA)
    night = await done(store, an_event(connection="night", call=call_of(ADA, "n")), ADA)
    await spooled(tmp_path, ADA)
    told = await records(store, tmp_path, "night")
    assert [record["id"] for record in told if record["what"] == "event"] == [night.id]
    assert {record["what"] for record in told} <= {"event", "memory"}
    assert f"caller:{ADA}" not in {record.get("of") for record in told}
