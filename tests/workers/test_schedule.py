"""When a rule's schedule fires, and what a firing is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rules.engine.loading.load import load_rule
from rules.engine.loading.variables import Vars
from store.client import Store
from tests.workers.support import Poke, Shop, add_action
from tests.workers.town import DAILY, STEPS, Town, local
from workers import schedule as module
from workers.schedule import Scheduler, event_of
from workers.vocabulary import vocabulary


def every(minutes: int, begin: str, end: str) -> Iterable[datetime]:
    now, last = local(begin).astimezone(UTC), local(end).astimezone(UTC)
    while now <= last:
        yield now
        now += timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("begin", "end", "times"),
    [
        ("2026-03-27T12:00", "2026-03-31T12:00", ["28 02:30", "29 03:00", "30 02:30", "31 02:30"]),
        ("2026-10-23T12:00", "2026-10-27T12:00", ["24 02:30", "25 02:30", "26 02:30", "27 02:30"]),
    ],
)
async def test_one_firing_each_local_day_over_a_change_of_the_clocks(
    town: Town, begin: str, end: str, times: list[str]
) -> None:
    """Looked at each minute of the nights and each hour of the days, all in UTC."""
    town.put(DAILY % ("", STEPS))
    await town.at(*(moment for moment in every(1, begin, end) if moment.hour < 3 or moment.minute == 0))
    assert [f"{moment:%d %H:%M}" for moment in await town.fired()] == times
    assert (await town.pointer()).skipped == 0


async def test_a_firing_is_an_event_of_its_rule(town: Town) -> None:
    town.put(DAILY % ("", f"connections: [desk]\n{STEPS}"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:31"))
    (stored,) = [stored async for stored in town.shop.store.events.newest(9)]
    event = stored.event
    assert (event.kind, event.name, event.connection, event.provider) == ("schedule", "night", "desk", "flireo")
    assert event.received_at == local("2026-03-03T02:30")
    assert (await town.pointer()).event_id == event.id
    await town.shop.work()
    assert await town.shop.outcomes(event) == {"night:": "ran"}


async def test_only_its_own_rule_hears_it(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """And `now` is when it was due, however late it is handled."""
    town.put((DAILY % ("", STEPS)).replace("30 2", "0 3"), "other")
    town.put(DAILY % ("", STEPS))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:31"))
    caplog.set_level("INFO")
    await town.shop.work()
    assert [record.__dict__["said"] for record in caplog.records if "said" in record.__dict__] == [
        "night at 2026-03-03T01:30:00Z"
    ]


async def test_a_shadow_rule_fires_and_does_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    town.put(DAILY % ("", "mode: shadow\nsteps: [{ action: test.poke }]\n"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:30"))
    (stored,) = [stored async for stored in town.shop.store.events.newest(9)]
    await town.shop.work()
    assert await town.shop.outcomes(stored.event) == {"night:": "shadow"}
    assert poke.seen == []


async def test_it_looks_again_in_time(town: Town) -> None:
    town.put(DAILY % ("", STEPS))
    await town.at(local("2026-03-02T12:00"))
    (one, _) = town.schedulers
    town.clock.now = local("2026-03-03T02:29:59.750")
    assert await one.look() == pytest.approx(0.25)
    town.clock.now = local("2026-03-03T02:29:50")
    assert await one.look() == module.LOOK_EVERY


async def test_the_clock_is_the_stores_when_no_test_has_another(store: Store, shop: Shop) -> None:
    shop.rule("night", DAILY % ("", STEPS))
    await Scheduler(store, shop.desk.rules, {}).look()
    seconds, _ = await store.redis.time()
    assert (await store.schedules.all())["night"].handled_ms == pytest.approx(seconds * 1000, abs=3000)


@pytest.mark.parametrize(
    ("listed", "given", "name", "provider"),
    [
        ("[desk]", "", "desk", "flireo"),
        ("[desk, other]", "", "", ""),
        ("[desk, other]", "desk", "desk", "flireo"),
        ("", "", "", ""),
    ],
)
def test_which_connection(shop: Shop, tmp_path: Path, listed: str, given: str, name: str, provider: str) -> None:
    path = tmp_path / "night.yaml"
    lists = f"connections: {listed}\n" if listed else ""
    path.write_text(f"description: One.\non: manual\n{lists}{STEPS}")
    rule = load_rule(path, vocabulary({}), Vars(), {}).rule
    assert rule is not None
    event = event_of(rule, "manual", shop.connections, connection=given, data={"a": 1})
    assert (event.connection, event.provider, event.name, event.data) == (name, provider, "night", {"a": 1})
