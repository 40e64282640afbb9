from __future__ import annotations

from store.event import Call
from tests.console.support import CALLER
from tests.console.web.pages.support import House, asked, called

NAMED = Call(id=f"call-{CALLER}", from_=CALLER, to="+31850000001")


async def test_a_call_is_one_line_and_opens_as_a_timeline(desk: House) -> None:
    await desk.handled(called(call=NAMED))
    await desk.handled(asked(id="evt_2", call=NAMED))
    listed = await desk.see("/calls")
    assert listed.count("data-row") == 1
    assert CALLER not in listed
    text = await desk.see("/calls/evt_1")
    assert text.index("assistant-request") < text.index("tool-calls")
    assert "“Who are you?”" in text
    assert "the caller's side heard" in text.replace("&#39;", "'") or "rule others" in text
    assert CALLER not in text


async def test_the_numbers_of_a_call_are_shown_to_who_asks(desk: House) -> None:
    await desk.handled(called(call=NAMED))
    assert CALLER in await desk.send("/calls/evt_1/numbers", on="/calls/evt_1")
    assert CALLER in await desk.see("/events/evt_1")
    assert await desk.deeds() == ["see the numbers of the call of event evt_1"]


async def test_an_event_without_a_call_has_no_timeline(desk: House) -> None:
    await desk.handled(called(call=Call(from_=CALLER)))
    await desk.see("/calls/evt_1", 404)
    await desk.see("/calls/evt_9", 404)
    assert "No calls yet" in await desk.see("/calls")


async def test_of_a_very_long_call_the_middle_is_left_out(desk: House, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("console.web.pages.calls.MOST_EVENTS", 4)
    for number in range(6):
        await desk.handled(called(id=f"evt_{number}"))
    text = await desk.see("/calls/evt_0")
    assert "2 events in the middle are left out" in text
    assert text.count("data-row") == 4


async def test_older_calls_are_a_page_further(desk: House, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("console.web.pages.calls.ROWS", 1)
    for number in range(2):
        await desk.handled(called(id=f"evt_{number}", call=Call(id=f"c{number}", from_=CALLER)))
    await desk.store.redis.zadd("hs:calls", {"desk:c0": 1000, "desk:c1": 2000})
    assert "/calls/evt_1" in (first := await desk.see("/calls"))
    assert "/calls?before=2000" in first
    assert "/calls/evt_0" in await desk.see("/calls?before=2000")
