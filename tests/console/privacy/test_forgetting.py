from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from console.privacy.forgetting import Forgetter, ManyCallers, Request, StillOpen
from console.privacy.receipt import Receipt
from store import embedded
from store.caller import Caller
from store.client import Store, open_store
from store.event import Call
from store.forgetting import Forgetting, Removed
from store.spool import Spool
from tests.console.privacy.story import (
    ADA,
    BOB,
    LINE,
    call_of,
    done,
    life_of,
    looked_at_by_somebody,
    spooled,
    telling,
    telling_files,
    whole,
)
from tests.store.builders import ALL_LANES, accept, an_event

OF_BOB = re.compile(rb"687650002")


def request(folder: Path, number: str = ADA, **more: Any) -> Request:
    return Request(Caller.parse(number), "anna", folder, **{"wait": 0.0, **more})


async def forget(store: Store, folder: Path, **more: Any) -> Receipt:
    return await Forgetter(store, request(folder, **more)).run()


@pytest.fixture
async def lasting(tmp_path: Path) -> AsyncIterator[Store]:
    """A store that keeps its files, as a real one does."""
    server = embedded.start(tmp_path, "everysec")
    store = open_store(server.url)
    yield store
    await store.close()
    server.stop()


async def test_nothing_of_the_caller_stays_in_any_key_or_file(lasting: Store, tmp_path: Path) -> None:
    events = await life_of(lasting, ADA, "a")
    await life_of(lasting, BOB, "b")
    await looked_at_by_somebody(lasting, events[0])
    await spooled(tmp_path, ADA, BOB, ADA)
    assert await telling(lasting)
    assert [path.suffix for path in telling_files(tmp_path)] == [".db", ".aof"]
    receipt = await forget(lasting, tmp_path)
    assert await telling(lasting) == set()
    assert telling_files(tmp_path) == []
    assert {"events", "runs", "traces", "answers", "memory", "dead_letters", "dedup_keys", "aliases", "spool", "jobs",
            "reveals"} <= {name for name, count in receipt.removed.items() if count}  # fmt: skip
    assert receipt.removed["events"] == 7
    assert receipt.removed["spool"] == 2
    assert receipt.files["append_file"] == "written anew"
    left = {event.id.encode() for event in events}
    assert not [key for key, value in (await whole(lasting)).items() if any(id_ in key or id_ in value for id_ in left)]


async def test_others_are_not_touched(store: Store, tmp_path: Path) -> None:
    await life_of(store, BOB, "b")
    before = await whole(store)
    await spooled(tmp_path, BOB)
    await life_of(store, ADA, "a")
    await spooled(tmp_path, ADA)
    await forget(store, tmp_path)
    after = await whole(store)
    index = (b"hs:token", b"hs:audit", b"hs:unused-versions")
    assert {key: value for key, value in after.items() if key not in index} == {
        key: value for key, value in before.items() if key not in index
    }
    assert Spool(tmp_path, 10).count() == 1


async def test_the_receipt_tells_much_and_not_the_number(store: Store, tmp_path: Path) -> None:
    await life_of(store, ADA, "a")
    told = (await forget(store, tmp_path)).told()
    assert "612340001" not in re.sub(r"[a-f]", "", repr(told)) or "612340001" not in repr(told)
    assert (told["by"], told["dry_run"], told["removed"]["events"]) == ("anna", False, 7)
    assert told["began"] <= told["ended"]
    assert Caller.parse(ADA).is_behind(told["number_hash"])
    deed = (await store.audit.newest(1))[0]
    assert (deed.by, deed.did, deed.told) == ("anna", "forget a caller", told)


async def test_a_second_run_finds_nothing(store: Store, tmp_path: Path) -> None:
    await life_of(store, ADA, "a")
    assert not (await forget(store, tmp_path)).is_empty
    again = await forget(store, tmp_path)
    assert again.is_empty
    assert again.left == {}


async def test_a_dry_run_counts_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    await life_of(store, ADA, "a")
    await spooled(tmp_path, ADA)
    before = await whole(store)
    receipt = await Forgetter(store, request(tmp_path)).rehearse()
    assert (receipt.removed["events"], receipt.removed["spool"], receipt.mentions) == (7, 1, 1)
    assert await whole(store) == before
    assert "would_remove" in receipt.told()


async def test_who_only_mentions_the_number_loses_that_event_and_what_names_it(store: Store, tmp_path: Path) -> None:
    told = await done(store, an_event(call=call_of(BOB, "b")), BOB, b'{"said": "ask Ada, 06 1234 0001"}')
    other = await done(store, an_event(call=call_of(BOB, "b")), BOB)
    await store.memory.set(f"caller:{BOB}", "friend", ADA, None, "op")
    receipt = await forget(store, tmp_path)
    assert (receipt.removed["events"], receipt.mentions) == (1, 1)
    assert await store.events.statuses([told.id, other.id]) == ["", "done"]
    assert await store.memory.recall(f"caller:{BOB}") == {"name": "somebody"}
    assert await telling(store) == set()


async def test_an_open_call_is_not_touched_unless_it_is_said(store: Store, tmp_path: Path) -> None:
    await done(store, an_event(call=call_of(ADA, "a")), ADA)
    live = an_event("tool-calls", call=call_of(ADA, "a"))
    await accept(store, live)
    claim = (await store.queue.claim("w", ALL_LANES)).jobs[0].claim
    before = await whole(store)
    with pytest.raises(StillOpen) as refused:
        await forget(store, tmp_path)
    assert (refused.value.count, list(refused.value.events)) == (1, [live.id])
    assert await whole(store) == before
    receipt = await forget(store, tmp_path, even_unfinished=True)
    assert receipt.unfinished == 1
    await store.queue.finish(claim, live.id, {"rule:x:": f'"{ADA}"'.encode()})
    assert await telling(store) == set()


async def test_work_that_ends_in_time_is_waited_for(store: Store, tmp_path: Path) -> None:
    event = an_event(call=call_of(ADA, "a"))
    await accept(store, event)
    claim = (await store.queue.claim("w", ALL_LANES)).jobs[0].claim
    forgetting = asyncio.create_task(forget(store, tmp_path, wait=30.0))
    await asyncio.sleep(0)
    await store.queue.finish(claim, event.id, {"rule:x:": f'"{ADA}"'.encode()})
    assert (await forgetting).removed["events"] == 1
    assert await telling(store) == set()


async def test_what_is_kept_for_later_goes_too(store: Store, tmp_path: Path) -> None:
    later = an_event("emitted", name="call_back", call=Call(), data={"number": "06-12340001"})
    await accept(store, later, due_in=3600)
    await forget(store, tmp_path)
    assert await store.redis.zcard("hs:queue:background") == 0
    assert [key async for key in store.redis.scan_iter(match="arq:job:*")] == []
    assert await store.redis.zcard("hs:open") == 0


async def test_a_line_that_many_call_is_no_person(store: Store, tmp_path: Path) -> None:
    await done(store, an_event(call=call_of(ADA, "a")), ADA)
    await done(store, an_event(call=call_of(BOB, "b")), BOB)
    with pytest.raises(ManyCallers):
        await forget(store, tmp_path, number=LINE)
    assert (await forget(store, tmp_path, number=LINE, even_called=True)).removed["events"] == 2


async def test_events_that_come_in_meanwhile_go_too(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await done(store, an_event(call=call_of(ADA, "a")), ADA)
    removing, once = Forgetting.event, iter([True])

    async def in_between(self: Forgetting, about: Any, how: Any) -> Removed:
        if how == "over" and next(once, False):
            await done(store, an_event(call=Call(id="a")), "", b"{}")
            await done(store, an_event(call=call_of("06 12340001", "late")), "06 12340001")
        return await removing(self, about, how)

    monkeypatch.setattr(Forgetting, "event", in_between)
    receipt = await forget(store, tmp_path)
    assert receipt.removed["events"] == 3
    assert await telling(store) == set()


class Killed(BaseException):
    """As if the process were."""


@pytest.mark.parametrize("after", [0, 1, 3, 5, 6])
async def test_whoever_is_interrupted_finds_the_rest(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    events = await life_of(store, ADA, "a")
    removing, left = Forgetting.event, iter(range(after))

    async def until_killed(self: Forgetting, about: Any, how: Any) -> Removed:
        if how != "look" and next(left, None) is None:
            raise Killed
        return await removing(self, about, how)

    with monkeypatch.context() as patch:
        patch.setattr(Forgetting, "event", until_killed)
        with pytest.raises(Killed):
            await forget(store, tmp_path)
    await forget(store, tmp_path)
    assert await telling(store) == set()
    assert set(await store.events.statuses([event.id for event in events])) == {""}


async def test_a_rule_that_names_the_number_is_told_of(store: Store, tmp_path: Path) -> None:
    await store.runs.keep_version("v9", f'if: call.from == "{ADA}"'.encode())
    receipt = await forget(store, tmp_path)
    assert receipt.left == {"rule_versions": 1}
