from __future__ import annotations

import pytest

from store import look
from tests.console.support import CALLER
from tests.console.web.pages.support import House, asked, called


async def test_events_are_listed_with_what_rules_did(desk: House) -> None:
    await desk.handled(called())
    await desk.handled(asked(id="evt_2"))
    text = await desk.see("/events")
    assert text.index("/events/evt_2") < text.index("/events/evt_1")
    assert "night" in text
    assert "+316•••••01" in text
    assert CALLER not in text
    assert "These are all" in text


async def test_the_filters_leave_what_is_meant(desk: House) -> None:
    await desk.handled(called())
    await desk.handled(asked(id="evt_2"), b'{"said": "a blue house"}')
    for query in (
        "kind=tool-calls",
        "rule=others",
        "text=Blue+House",
        "outcome=ran&rule=others",
        "call=call-1&kind=tool-calls",
    ):
        text = await desk.see(f"/events?{query}")
        assert "/events/evt_2" in text, query
        assert "/events/evt_1" not in text, query
    assert "No event here fits" in await desk.see("/events?connection=nobody")
    assert "/events/evt_1" in await desk.see("/events?number=0612340001&since=2020-01-01T00:00&until=2190-01-01T00:00")


@pytest.mark.parametrize("query", ["since=yesterday", "until=9999-99-99", "cursor='", "text=%00", "kind=%ff&number=x"])
async def test_nonsense_is_answered_with_a_page(desk: House, query: str) -> None:
    await desk.handled(called())
    await desk.see(f"/events?{query}")


async def test_a_moment_that_is_none_is_told(desk: House) -> None:
    assert "since is no moment" in await desk.see("/events?since=yesterday")


async def test_it_goes_on_where_it_stopped(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.web.pages.events.ROWS", 1)
    await desk.handled(called())
    await desk.handled(asked(id="evt_2"))
    first = await desk.see("/events")
    assert "/events/evt_1" not in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "/events/evt_1" in await desk.see(older)


async def test_it_says_how_far_it_looked(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "STEP", 1)
    monkeypatch.setattr("console.web.pages.events.MOST", 1)
    await desk.handled(called())
    await desk.handled(called(id="evt_2"))
    text = await desk.see("/events?kind=transcript")
    assert "Looked at 1 events, back to" in text
    assert "older ones are left" in text
    assert "None so far fits" in text
    assert "Go on looking" in text


async def test_who_asks_it_to_go_on_gives_it_longer(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time at all a page looks at one step of events; the next one looks at what is left."""
    monkeypatch.setattr(look, "STEP", 1)
    monkeypatch.setattr("console.web.pages.events.QUICK", 0.0)
    monkeypatch.setattr("console.web.pages.events.PATIENT", 60.0)
    for number in range(4):
        await desk.handled(called(id=f"evt_{number}"))
    text = await desk.see("/events?kind=transcript")
    assert "Looked at 1 events" in text
    assert "from there, for up to 60 seconds" in text
    further = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "No event here fits" in await desk.see(further)


async def test_who_looks_for_a_number_is_told_once_and_without_it(desk: House) -> None:
    await desk.handled(called())
    for _ in range(3):
        await desk.see("/events?number=0612340001")
    assert await desk.deeds() == ["search by number"]
    (deed,) = await desk.store.audit.newest(1)
    assert "0612340001" not in str(deed)
    await desk.see("/events?text=hello")
    assert await desk.deeds() == ["search by number"]
