from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from store.client import Store
from store.numbers import NotKeeperError, Pin
from tests.workers.numbers.support import MAIN, PLATFORMS, Office, Platform

ID = f"desk/{MAIN}"


class Killed(Exception):
    """Stands for the end of a process."""


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_every_platform_that_links_is_kept_and_a_hand_is_respected(
    platform: Platform, store: Store, tmp_path: Path
) -> None:
    office = Office(store, tmp_path, platform)
    keeper = office.keeper()
    office.open("closed")
    await keeper.look()
    assert (office.answers(), await office.state()) == (office.night, "same")
    office.open("open")
    await keeper.look()
    assert (office.answers(), await office.state()) == (office.day, "same")
    office.by_hand(None)
    office.soon(keeper)
    await keeper.look()
    assert (office.answers(), await office.state()) == ("", "drift")
    office.open("closed")
    await keeper.look()
    assert (office.answers(), await office.state()) == ("", "drift")
    told = await office.ask(keeper, "apply")
    assert (office.answers(), told["rows"][0]["done"]) == (office.night, True)
    await office.http.aclose()


async def test_one_link_for_each_change_with_two_workers(office: Office) -> None:
    office.open("closed")
    one, two = office.keeper("w1"), office.keeper("w2")
    for _ in range(3):
        await asyncio.gather(one.look(), two.look())
    assert len(office.changes()) == 1
    office.open("open")
    for _ in range(3):
        await asyncio.gather(one.look(), two.look())
    assert len(office.changes()) == 2
    assert [each["what"] for each in await office.store.numbers.past(9)] == ["linked", "linked"]


async def test_it_wakes_when_the_hours_change_and_not_before(office: Office) -> None:
    keeper = office.keeper()
    await keeper.look()
    now_ms = await office.store.schedules.now_ms()
    asked = len(office.seen)
    assert await keeper.look() <= 0.5
    assert len(office.seen) == asked
    keeper._next_change_ms = now_ms + 100_000
    office.ahead = 101.0
    await keeper.look()
    assert len(office.seen) > asked


async def test_the_next_change_is_reckoned_from_the_hours(office: Office) -> None:
    office.open("08:00-18:00")
    keeper = office.keeper()
    await keeper.look()
    first = keeper._next_change_ms
    answered = office.answers()
    office.ahead = (first - await office.store.schedules.now_ms()) / 1000 + 1
    await keeper.look()
    assert {answered, office.answers()} == {office.day, office.night}
    assert 0 < keeper._next_change_ms - first < 24 * 3_600_000


async def test_a_dead_keeper_is_followed_and_what_it_began_is_finished_once(office: Office) -> None:
    """It has linked the number and could not note that."""
    first, second = office.keeper("w1"), office.keeper("w2")
    await first.look()
    note = office.store.numbers.note
    office.open("closed")

    async def dies(token: int, known: dict[str, object], past: object = ()) -> None:
        if past:
            raise Killed
        await note(token, known, past)  # type: ignore[arg-type]

    office.store.numbers.note = dies  # type: ignore[method-assign,assignment]
    with pytest.raises(Killed):
        await first.look()
    office.store.numbers.note = note  # type: ignore[method-assign]
    assert office.answers() == office.night
    await second.look()
    assert await office.store.numbers.keeper() == "w1"
    await office.store.redis.delete("hs:numbers:keeper")
    await second.look()
    assert (await office.state(), len(office.changes())) == ("same", 1)
    office.open("open")
    await second.look()
    assert (office.answers(), len(office.changes())) == (office.day, 2)


async def test_a_keeper_that_was_replaced_changes_nothing(office: Office) -> None:
    keeper = office.keeper()
    await keeper.look()
    office.open("closed")

    async def taken() -> None:
        await office.store.redis.hset("hs:numbers:keeper", mapping={"owner": "w2", "token": 99_999})  # type: ignore[misc]

    pins = office.store.numbers.pins

    async def pins_and_lose() -> dict[str, Pin]:
        await taken()
        return await pins()

    office.store.numbers.pins = pins_and_lose  # type: ignore[method-assign]
    with pytest.raises(NotKeeperError):
        await keeper.look()
    assert office.changes() == []


async def test_what_was_adopted_stays_until_the_plan_changes(office: Office) -> None:
    keeper = office.keeper()
    await keeper.look()
    office.by_hand(None)
    told = await office.ask(keeper, "adopt", ID)
    assert told["rows"][0]["state"] == "adopted"
    office.soon(keeper)
    await keeper.look()
    assert (await office.state(), office.changes()) == ("adopted", [])
    office.open("closed")
    await keeper.look()
    assert (office.answers(), await office.state()) == (office.night, "same")


async def test_a_pin_holds_against_the_plan_until_it_ends(office: Office) -> None:
    keeper = office.keeper()
    await keeper.look()
    now_ms = await office.store.schedules.now_ms()
    await office.store.numbers.pin(ID, Pin("anna", "the carrier moves it", now_ms, now_ms + 60_000))
    office.open("closed")
    await keeper.look()
    assert (await office.state(), office.changes()) == ("pinned", [])
    told = await office.ask(keeper, "apply")
    assert (told["rows"][0]["why"], office.changes()) == ("by anna: the carrier moves it", [])
    office.ahead = 61.0
    await keeper.look()
    assert (office.answers(), await office.state()) == (office.night, "same")


async def test_mending_puts_back_three_times_an_hour_and_then_reports(office: Office) -> None:
    office.file(drift="mend")
    keeper = office.keeper()
    await keeper.look()
    for _ in range(3):
        office.by_hand(None)
        office.soon(keeper)
        await keeper.look()
        assert office.answers() == office.day
    office.by_hand(None)
    office.soon(keeper)
    await keeper.look()
    assert (office.answers(), await office.state(), len(office.changes())) == ("", "drift", 3)
    office.ahead = 3700.0
    await keeper.look()
    assert office.answers() == office.day


async def test_shadow_and_pauses_change_nothing_and_a_lifted_pause_does(office: Office) -> None:
    office.open("closed")
    office.file(mode="shadow")
    keeper = office.keeper()
    await keeper.look()
    assert (await office.state(), office.changes()) == ("change", [])
    await office.store.pauses.begin("connection:desk", "anna", "")
    await office.pauses.look(office.store.pauses)
    office.file()
    await keeper.look()
    look = await office.store.numbers.look()
    assert look
    assert (look["rows"][0]["held"], office.changes()) == ("paused: connection:desk", [])
    await office.store.pauses.resume("connection:desk")
    await office.pauses.look(office.store.pauses)
    await keeper.look()
    assert office.answers() == office.night


async def test_a_plan_changes_nothing_and_is_told_to_who_asked(office: Office) -> None:
    keeper = office.keeper()
    await keeper.look()
    office.by_hand(None)
    told = await office.ask(keeper, "look")
    assert [row["state"] for row in told["rows"]] == ["drift"]
    assert (office.changes(), await office.store.numbers.asked()) == ([], [])


async def test_drift_is_an_event_once(office: Office) -> None:
    keeper = office.keeper()
    await keeper.look()
    office.by_hand(None)
    for _ in range(3):
        office.soon(keeper)
        await keeper.look()
    stored = [await office.store.events.get(id_) for id_, _ in await _events(office)]
    (event,) = [each.event for each in stored if each]
    assert (event.kind, event.name, event.data["wanted"]) == ("emitted", "number-drift", office.day)


async def _events(office: Office) -> list[tuple[str, float]]:
    found = await office.store.redis.zrange("hs:events", 0, -1, withscores=True)
    return [(id_.decode(), score) for id_, score in found]


async def test_a_change_by_hand_at_the_very_moment_is_not_overwritten(office: Office) -> None:
    keeper = office.keeper()
    await keeper.look()
    office.open("closed")
    pins = office.store.numbers.pins
    calls = 0

    async def late() -> dict[str, Pin]:
        nonlocal calls
        calls += 1
        if calls == 2:
            office.by_hand(None)
        return await pins()

    office.store.numbers.pins = late  # type: ignore[method-assign]
    await keeper.look()
    assert (office.answers(), office.changes()) == ("", [])


async def test_without_a_file_nobody_is_the_keeper(office: Office) -> None:
    keeper = office.keeper()
    await keeper.look()
    assert await office.store.numbers.keeper() == "w1"
    (office.folder / "numbers.yaml").unlink()
    for _ in range(3):
        await keeper.look()
    assert (await office.store.numbers.keeper(), await office.store.numbers.look()) == ("", None)


async def test_a_platform_that_refuses_is_told_and_asked_again(office: Office) -> None:
    office.open("closed")
    text = (office.folder / "vars.yaml").read_text().replace(office.night, "no-such-agent")
    (office.folder / "vars.yaml").write_text(text)
    keeper = office.keeper()
    await keeper.look()
    look = await office.store.numbers.look()
    assert look
    assert (look["rows"][0]["state"], bool(look["rows"][0]["why"]), office.answers()) == ("change", True, office.day)
    office.open("closed")
    await keeper.look()
    assert office.answers() == office.night
