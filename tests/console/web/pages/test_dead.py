from __future__ import annotations

import re

import orjson

from store import keys
from store.deadletters import DeadLetter
from store.runs import RunId
from tests.console.web.pages.support import House, asked

REASON = "the CRM said no to +31612340001"


async def bury(desk: House, number: int, reason: str = REASON) -> DeadLetter:
    event = asked(id=f"evt_{number}")
    await desk.handled(event)
    work = f"run:{RunId(event.id, 'others', 'call_1')}"
    letter = DeadLetter(work, event.id, "others", "step-1", reason, 5, "desk", "tool-calls", died_ms=1000 + number)
    key = keys.DEAD_LETTER + letter.work_id
    await desk.store.redis.hset(key, mapping={"letter": letter.to_json(), "died": letter.died_ms})  # type: ignore[misc]
    await desk.store.redis.zadd(keys.DEAD, {letter.work_id: letter.died_ms})
    return letter


def group_in(text: str) -> str:
    found = re.search(r'href="/dead/([0-9a-f]{24})"', text)
    assert found
    return found[1]


async def test_letters_are_grouped_by_what_they_died_of(desk: House) -> None:
    for number in range(3):
        await bury(desk, number)
    await bury(desk, 3, "another reason")
    text = await desk.see("/dead")
    assert text.count("data-row") == 2
    assert "+31612340001" not in text
    assert "+316•••••01" in text


async def test_looking_at_a_group_changes_nothing(desk: House) -> None:
    for number in range(2):
        await bury(desk, number)
    text = await desk.see(f"/dead/{group_in(await desk.see('/dead'))}")
    assert "Nothing has been done yet" in text
    assert "Retry 2" in text
    assert await desk.store.dead.count() == 2


async def test_only_what_was_shown_is_retried(desk: House) -> None:
    for number in range(2):
        await bury(desk, number)
    group = group_in(await desk.see("/dead"))
    await bury(desk, 7)
    text = await desk.send(f"/dead/{group}/retry", on=f"/dead/{group}", until="1001")
    assert "2 dead letters are tried again" in text
    assert [letter.event_id async for letter in desk.store.dead.newest(9)] == ["evt_7"]
    assert (await desk.store.queue.depth())["bulk"] == 2
    (deed,) = await desk.store.audit.newest(1)
    assert (deed.did, deed.told["letters"]) == ("retry dead letters", 2)
    assert "+31612340001" not in orjson.dumps(dict(deed.told)).decode()


async def test_a_group_is_dropped_and_its_events_stay(desk: House) -> None:
    await bury(desk, 0)
    await bury(desk, 1, "another reason")
    group = group_in(await desk.see("/dead"))
    await desk.send(f"/dead/{group}/drop", on=f"/dead/{group}", until="9999")
    assert await desk.store.dead.count() == 1
    assert await desk.store.events.count() == 2


async def test_without_a_scope_nothing_is_touched(desk: House) -> None:
    await bury(desk, 0)
    group = group_in(await desk.see("/dead"))
    for path, fields in (
        (f"/dead/{group}/drop", {}), (f"/dead/{group}/drop", {"until": "x"}), (f"/dead/{'0' * 24}/drop", {"until": "9"})
    ):  # fmt: skip
        assert (await desk.browser.send(path, on="/dead", **fields)).status_code == 404
    assert await desk.store.dead.count() == 1
    assert await desk.deeds() == []


async def test_when_there_are_none(desk: House) -> None:
    assert "There are none" in await desk.see("/dead")
