from __future__ import annotations

from typing import Any

import pytest

from console.keeping import hidden, id_of
from store.numbers import Asked
from tests.console.web.pages.support import House
from tests.console.web.pages.test_numbers import LOOK, MAIN, ROW, kept
from tests.workers.numbers.support import Office

ID = id_of(ROW)
OTHER = ROW | {"number": "+31850000002", "state": "same", "present": "day", "why": ""}


async def address(desk: House, *rows: dict[str, Any]) -> str:
    """What the first number goes by."""
    return (await kept(desk, *rows)).removeprefix("/numbers/")


async def one_wish(desk: House) -> Asked:
    (asked,) = await desk.store.numbers.asked()
    return asked


async def answered(desk: House, *rows: dict[str, Any], ago: float = 0.0) -> Asked:
    """A worker answers the only wish."""
    asked, now_ms = await one_wish(desk), await desk.store.schedules.now_ms()
    told = {"state": "done", "wish": asked.wish} | LOOK | {"rows": rows, "at_ms": now_ms - ago * 1000}
    await desk.store.numbers.tell(asked, told, over=True)
    return asked


async def test_the_plan_is_shown_first_and_then_done_to_what_was_shown(desk: House) -> None:
    await kept(desk, ROW, OTHER)
    text = await desk.send("/numbers/plan", on="/numbers")
    assert "A worker takes it up" in text
    asked = await answered(desk, ROW, OTHER)
    assert (asked.wish, asked.numbers) == ("look", ())
    page = f"/numbers/asked/{asked.id}"
    text = await desk.see(page)
    assert "Nothing was changed. Applying would point 1 of 2 numbers elsewhere." in text
    assert MAIN not in text

    text = await desk.send("/numbers/apply", on=page, asked=asked.id)
    assert "Applying the plan" in text
    wish = await answered(desk, ROW | {"state": "same", "done": True})
    assert (wish.wish, wish.numbers) == ("apply", (ID,))
    assert "Done: 1 number." in await desk.see(f"/numbers/asked/{wish.id}")
    assert await desk.deeds() == [f"numbers apply {hidden(ID)}", "look at numbers"]


async def test_a_worker_does_it_on_the_platform_and_nobody_is_named_wrongly(desk: House) -> None:
    office = Office(desk.store, desk.rules)
    keeper = office.keeper()
    await keeper.look()
    office.by_hand(office.night)
    office.soon(keeper)
    await keeper.look()
    text = await desk.send("/numbers/plan", on="/numbers")
    await keeper.look()
    assert office.answers() == office.night
    page = text.split('href="/numbers/asked/')[1].split('"')[0]
    assert "point 1 of 1 number elsewhere" in await desk.see(f"/numbers/asked/{page}")
    await desk.send("/numbers/apply", on="/numbers", asked=page)
    wish = await one_wish(desk)
    await keeper.look()
    assert "Done: 1 number." in await desk.see(f"/numbers/asked/{wish.id}")
    assert office.answers() == office.day
    (entry, *_) = await desk.store.numbers.past(1)
    assert (entry["what"], entry["by"]) == ("linked", wish.by)


async def test_what_the_worker_says_meanwhile_is_shown(desk: House) -> None:
    await desk.send("/numbers/plan", on="/numbers", number=await address(desk))
    asked = await one_wish(desk)
    assert asked.numbers == (ID,)
    await desk.store.numbers.tell(asked, {"state": "working", "wish": "look", "done": 1, "total": 3}, over=False)
    assert "1 of 3 numbers" in await desk.see(f"/numbers/asked/{asked.id}")
    await desk.see("/numbers/asked/nothing", 404)


@pytest.mark.parametrize(
    ("rows", "ago", "said"),
    [
        ([ROW], 400.0, "looked at too long ago"),
        ([ROW | {"held": "paused: all"}], 0.0, "nothing may be changed: paused: all"),
        ([ROW, OTHER | {"state": "unknown"}], 0.0, "not every platform could be asked"),
        ([OTHER], 0.0, "there is nothing to change"),
    ],
)
async def test_what_is_old_or_held_back_is_not_applied(
    desk: House, rows: list[dict[str, Any]], ago: float, said: str
) -> None:
    await kept(desk)
    await desk.send("/numbers/plan", on="/numbers")
    asked = await answered(desk, *rows, ago=ago)
    assert said in await desk.send("/numbers/apply", on="/numbers", asked=asked.id)
    assert await desk.store.numbers.asked() == []
    assert await desk.deeds() == ["look at numbers"]


async def test_only_what_was_looked_at_can_be_applied(desk: House) -> None:
    place = await address(desk)
    await desk.send("/numbers/adopt", on="/numbers", number=place, present="night")
    asked = await answered(desk, ROW | {"state": "adopted", "done": True})
    for wish in (asked.id, "", "nothing"):
        assert (await desk.browser.send("/numbers/apply", on="/numbers", asked=wish)).status_code == 404


async def test_a_change_that_was_refused_says_why(desk: House) -> None:
    await kept(desk)
    await desk.send("/numbers/plan", on="/numbers")
    looked = await answered(desk, ROW)
    await desk.send("/numbers/apply", on="/numbers", asked=looked.id)
    asked = await answered(desk, ROW | {"state": "change", "why": "the key may not do this"})
    text = await desk.see(f"/numbers/asked/{asked.id}")
    assert "Done with 0 of 1" in text
    assert "the key may not do this" in text


async def test_adopting_who_was_shown(desk: House) -> None:
    place = await address(desk)
    said = await desk.send("/numbers/adopt", on="/numbers", number=place, present="day")
    assert "somebody else answers it by now" in said
    await desk.send("/numbers/adopt", on=f"/numbers/{place}", number=place, present="night")
    asked = await one_wish(desk)
    assert (asked.wish, asked.numbers) == ("adopt", (ID,))
    assert await desk.deeds() == [f"numbers adopt {hidden(ID)}"]


async def test_pinning_and_unpinning(desk: House) -> None:
    place = await address(desk)
    page = f"/numbers/{place}"
    text = await desk.send("/numbers/pin", on=page, number=place, why="being  moved", until="2100-01-01T09:00")
    assert "being moved" in text
    (pin,) = (await desk.store.numbers.pins()).values()
    assert (pin.why, pin.until_ms) == ("being moved", 4_102_477_200_000)
    assert "follows the plan again" in await desk.send("/numbers/unpin", on=page, number=place)
    assert await desk.store.numbers.pins() == {}
    assert "it had no pin" in await desk.send("/numbers/unpin", on=page, number=place)
    assert await desk.deeds() == [f"numbers unpin {hidden(ID)}", f"numbers pin {hidden(ID)}"]
    assert MAIN not in str([deed.told for deed in await desk.store.audit.newest(9)])


@pytest.mark.parametrize("until", ["2001-01-01T09:00", "soon"])
async def test_a_pin_that_has_no_end(desk: House, until: str) -> None:
    place = await address(desk)
    text = await desk.send("/numbers/pin", on="/numbers", number=place, until=until)
    assert "nothing was done: " in text
    assert (await desk.store.numbers.pins(), await desk.deeds()) == ({}, [])


async def test_nothing_is_asked_of_nobody(desk: House) -> None:
    place = await address(desk)
    await desk.store.numbers.leave("w1")
    text = await desk.send("/numbers/adopt", on="/numbers", number=place, present="night")
    assert "nothing was done: no worker is running" in text
    assert (await desk.store.numbers.asked(), await desk.deeds()) == ([], [])


@pytest.mark.parametrize("verb", ["plan", "adopt", "pin", "unpin"])
async def test_a_number_that_is_not_kept(desk: House, verb: str) -> None:
    await kept(desk)
    response = await desk.browser.send(f"/numbers/{verb}", on="/numbers", number="0123456789")
    assert response.status_code == 404
