"""Schedules whose rules are changed, disabled, paused or removed."""

from __future__ import annotations

from store.pauses import Pause
from tests.workers.town import DAILY, STEPS, Town, local
from workers.schedule import always, unless_paused


async def test_what_is_seen_first_never_fires_the_past(town: Town) -> None:
    town.put(DAILY % (", catch_up: once", STEPS))
    await town.at(local("2026-03-02T02:31"), local("2026-03-02T12:00"))
    assert await town.fired() == []


async def test_a_changed_line_begins_anew(town: Town) -> None:
    town.put(DAILY % (", catch_up: once", STEPS))
    await town.at(local("2026-03-02T12:00"))
    town.put((DAILY % (", catch_up: once", STEPS)).replace("30 2", "0 11"))
    await town.at(local("2026-03-05T12:00"))
    assert await town.fired() == []
    await town.at(local("2026-03-06T11:00"))
    assert await town.fired() == [local("2026-03-06T11:00")]


async def test_a_changed_zone_begins_anew_and_other_changes_do_not(town: Town) -> None:
    town.put(DAILY % (", catch_up: once", STEPS))
    await town.at(local("2026-03-02T12:00"))
    town.put(DAILY % (", catch_up: once", STEPS + "owner: somebody\n"))
    await town.at(local("2026-03-04T12:00"))
    assert await town.fired() == [local("2026-03-04T02:30")]
    town.put((DAILY % (", catch_up: once", STEPS)).replace("Europe/Amsterdam", "America/New_York"))
    await town.at(local("2026-03-06T12:00"))
    assert len(await town.fired()) == 1


async def test_a_disabled_rule_does_not_fire_and_makes_nothing_up(town: Town) -> None:
    text = DAILY % (", catch_up: once", STEPS)
    town.put(text + "enabled: false\n")
    await town.at(local("2026-03-02T12:00"), local("2026-03-04T12:00"))
    town.put(text)
    await town.at(local("2026-03-04T12:01"))
    assert await town.fired() == []
    assert (await town.pointer()).skipped == 0
    await town.at(local("2026-03-05T02:30"))
    assert len(await town.fired()) == 1


async def test_a_rule_that_may_not_fire_has_missed_it(town: Town) -> None:
    town.put(DAILY % (", catch_up: once", STEPS))
    await town.at(local("2026-03-02T12:00"))
    for each in town.schedulers:
        each.may_fire = lambda rule: rule.name != "night"
    await town.at(local("2026-03-03T12:00"), local("2026-03-04T12:00"))
    assert await town.fired() == []
    for each in town.schedulers:
        each.may_fire = always
    await town.at(local("2026-03-04T12:05"))
    assert await town.fired() == [local("2026-03-04T02:30")]
    assert (await town.pointer()).skipped == 1


async def test_a_pause_holds_it_back(town: Town) -> None:
    town.put(DAILY % ("", f"connections: [desk]\n{STEPS}"))
    (rule,) = town.rules.rules
    desk = town.shop.desk
    assert unless_paused(desk)(rule)
    for scope in ("rule:night", "connection:desk", "all"):
        desk.pauses.known = {scope: Pause(scope, "ops", "", 0)}
        assert not unless_paused(desk)(rule)


async def test_the_pointer_of_a_removed_rule_is_cleaned_up(town: Town) -> None:
    town.put(DAILY % ("", STEPS))
    await town.at(local("2026-03-02T12:00"))
    town.rules.rules = ()
    await town.at(local("2026-03-02T12:01"), local("2026-03-02T12:03"))
    assert await town.shop.store.schedules.all() == {}


async def test_a_rule_that_is_gone_for_a_moment_keeps_its_place(town: Town) -> None:
    """As when an editor writes the file anew, or another worker has not got it yet."""
    town.put(DAILY % ("", STEPS))
    rules = town.rules.rules
    await town.at(local("2026-03-02T12:00"))
    town.rules.rules = ()
    await town.at(local("2026-03-03T02:29:50"))
    town.rules.rules = rules
    await town.at(local("2026-03-03T02:30:20"))
    assert await town.fired() == [local("2026-03-03T02:30")]
    town.rules.rules = ()
    await town.at(local("2026-03-03T02:31:30"))
    assert "night" in await town.shop.store.schedules.all()
