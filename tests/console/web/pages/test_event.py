from __future__ import annotations

from tests.console.support import CALLER
from tests.console.web.pages.support import House, asked, called

BODY = b'{"message": {"type": "tool-calls", "customer": {"number": "+31612340001"}, "note": "ring +31611111111"}}'


async def test_what_decided_is_shown_on_its_line(desk: House) -> None:
    await desk.handled(asked(), BODY)
    text = await desk.see("/events/evt_1")
    assert "line 3 was false" in text
    assert "if: call.from == &#34;+31699999999&#34;" in text
    assert "<code>call.from</code> was" in text
    assert "+316•••••01" in text
    assert "“Who are you?”" in text
    assert "As the platform sent it" in text


async def test_numbers_are_masked_until_somebody_asks_and_that_is_written_down(desk: House) -> None:
    await desk.handled(asked(), BODY)
    await desk.handled(asked(id="evt_2"), BODY)
    assert CALLER not in await desk.see("/events/evt_1")
    assert "+31611111111" not in await desk.see("/events/evt_1")
    assert CALLER in await desk.send("/events/evt_1/numbers", on="/events/evt_1")
    assert CALLER not in await desk.see("/events/evt_2")
    await desk.send("/events/evt_1/numbers", on="/events/evt_1")
    assert await desk.deeds() == ["see the numbers of event evt_1"]


async def test_a_dry_replay_does_nothing(desk: House) -> None:
    await desk.handled(asked(), BODY)
    text = await desk.see("/events/evt_1/rehearsal")
    assert "Nothing was done" in text
    assert "Who are you?" in text
    assert await desk.store.events.count() == 1


async def test_a_live_replay_is_a_new_event_in_the_bulk_lane(desk: House) -> None:
    await desk.handled(asked(), BODY)
    text = await desk.send("/events/evt_1/replay", on="/events/evt_1")
    assert "replay of" in text
    assert "enqueued in the bulk lane" in text
    assert (await desk.store.queue.depth())["bulk"] == 1
    assert await desk.deeds() == ["replay event evt_1"]


async def test_it_becomes_a_test_case_without_numbers(desk: House) -> None:
    await desk.handled(asked(), BODY)
    assert "?rule=others" in await desk.see("/events/evt_1/test")
    text = await desk.see("/events/evt_1/test?rule=others")
    assert "outcome: ran" in text
    assert CALLER not in text


async def test_a_rule_that_was_changed_since_is_told(desk: House) -> None:
    await desk.handled(asked(), BODY)
    desk.shop.rule("others", "on: { tool-calls: find }\nanswer: { result: Changed. }\n")
    assert "in an earlier version" in await desk.see("/events/evt_1")


async def test_an_event_that_is_not_there(desk: House) -> None:
    await desk.see("/events/evt_9", 404)
    await desk.see("/events/evt_9/rehearsal", 404)


async def test_an_event_that_is_not_done_follows(desk: House) -> None:
    await desk.shop.post(called())
    assert 'id="event" data-live' in await desk.see("/events/evt_1")
    await desk.shop.work()
    assert 'id="event" data-live' not in await desk.see("/events/evt_1")
