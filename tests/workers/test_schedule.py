from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis.exceptions import ConnectionError as StoreGone

from rules.engine.loading.load import load_rule
from rules.engine.loading.variables import Vars
from rules.engine.rule import Rule
from store.client import Store
from store.pauses import Pause
from tests.workers.support import Poke, Shop, add_action
from workers import schedule as module
from workers.actions.base import ActionContext
from workers.clients.errors import Invalid
from workers.schedule import (
    ON_TIME,
    Scheduler,
    always,
    event_of,
    milliseconds,
    schedule_for_ever,
    sorted_out,
    unless_paused,
)
from workers.vocabulary import vocabulary

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAILY = 'on: { schedule: { cron: "30 2 * * *", timezone: Europe/Amsterdam%s } }\n%s'
STEPS = "steps: [{ action: log, with: { message: '${{ event.name }} at ${{ now }}' } }]\n"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    async def __call__(self) -> int:
        return milliseconds(self.now)


@dataclass
class Rules:
    """Rules in force of a test's own."""

    rules: tuple[Rule, ...] = ()

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)


@dataclass
class Town:
    """Some workers' schedulers, with one clock and one set of rules."""

    shop: Shop
    clock: Clock
    count: int = 2
    rules: Rules = field(default_factory=Rules)
    schedulers: list[Scheduler] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.schedulers = [
            Scheduler(self.shop.store, self.rules, self.shop.connections, always, self.clock) for _ in range(self.count)
        ]

    def put(self, text: str, name: str = "night") -> None:
        """Put a rule in force, by the name of another one beside it."""
        self.shop.rule(name, text)
        self.rules.rules = self.shop.desk.rules.rules

    async def at(self, *moments: datetime) -> None:
        """The clock moves, and everybody looks until nothing more is due."""
        for moment in moments:
            self.clock.now = moment
            while min(await asyncio.gather(*(each.look() for each in self.schedulers))) <= module.SHORTEST:
                pass

    async def fired(self) -> list[datetime]:
        """What was due and became an event, oldest first, in local time."""
        found = [stored async for stored in self.shop.store.events.newest(1000)]
        return sorted(stored.event.received_at.astimezone(AMSTERDAM) for stored in found)

    async def pointer(self, name: str = "night") -> Any:
        return (await self.shop.store.schedules.all())[name]


@pytest.fixture
def town(shop: Shop) -> Town:
    return Town(shop, Clock(local("2026-03-02T12:00")))


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


@pytest.mark.parametrize(
    ("catch_up", "fired", "skipped", "last"),
    [("", [], 3, "2026-03-05T02:30"), (", catch_up: once", [local("2026-03-05T02:30")], 2, "2026-03-04T02:30")],
)
async def test_after_an_outage(town: Town, catch_up: str, fired: list[datetime], skipped: int, last: str) -> None:
    town.put(DAILY % (catch_up, STEPS))
    await town.at(local("2026-03-02T12:00"), local("2026-03-05T12:00"))
    assert await town.fired() == fired
    pointer = await town.pointer()
    assert (pointer.skipped, pointer.skipped_ms) == (skipped, milliseconds(local(last)))
    await town.at(local("2026-03-06T02:30"))
    assert await town.fired() == [*fired, local("2026-03-06T02:30")]


@pytest.mark.parametrize(("late", "fires"), [(ON_TIME, True), (ON_TIME + 1, False)])
async def test_a_little_late_is_on_time(town: Town, late: float, fires: bool) -> None:
    town.put(DAILY % ("", STEPS))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:30") + timedelta(seconds=late))
    assert bool(await town.fired()) is fires
    assert (await town.pointer()).skipped == (0 if fires else 1)


async def test_all_that_are_on_time_fire(town: Town) -> None:
    town.put((DAILY % ("", STEPS)).replace("30 2", "* *"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-02T12:10"))
    assert [f"{moment:%H:%M}" for moment in await town.fired()] == ["12:08", "12:09", "12:10"]
    assert (await town.pointer()).skipped == 7


async def test_a_long_outage_is_counted_piece_by_piece(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 7)
    town.put((DAILY % (", catch_up: once", STEPS)).replace("30 2 * * *", "*/5 * * * *"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T12:03"))
    assert await town.fired() == [local("2026-03-03T12:00")]
    pointer = await town.pointer()
    assert (pointer.skipped, pointer.skipped_ms) == (287, milliseconds(local("2026-03-03T11:55")))


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


async def test_a_shadow_rule_fires_and_does_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    town.put(DAILY % ("", "mode: shadow\nsteps: [{ action: test.poke }]\n"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:30"))
    (stored,) = [stored async for stored in town.shop.store.events.newest(9)]
    await town.shop.work()
    assert await town.shop.outcomes(stored.event) == {"night:": "shadow"}
    assert poke.seen == []


async def test_a_worker_that_dies_between_claim_and_handling(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    town.put(DAILY % ("", "steps: [{ action: test.poke }]\n"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:30"))
    _, lease = await town.shop.take()
    await town.at(local("2026-03-03T02:31"))
    await town.shop.lose(lease)
    await town.shop.work()
    assert len(poke.seen) == 1
    assert len(await town.fired()) == 1


async def test_a_worker_that_dies_between_two_firings(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one goes on where the first stopped."""
    town.put((DAILY % ("", STEPS)).replace("30 2", "* *"))
    await town.at(local("2026-03-02T12:00"))
    town.clock.now = local("2026-03-02T12:02")
    dying, other = town.schedulers
    move, moved = dying.store.schedules.move, 0

    async def one_move(*arguments: Any, **more: Any) -> bool:
        nonlocal moved
        moved += 1
        if moved == 2:
            raise StoreGone("it was killed")
        return await move(*arguments, **more)

    monkeypatch.setattr(dying.store.schedules, "move", one_move)
    with pytest.raises(StoreGone):
        await dying.look()
    assert len(await town.fired()) == 1
    await other.look()
    assert [f"{moment:%H:%M}" for moment in await town.fired()] == ["12:01", "12:02"]


async def test_an_answer_of_the_store_that_got_lost(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The move was made although the worker never heard of it."""
    town.put(DAILY % ("", STEPS))
    await town.at(local("2026-03-02T12:00"))
    move = town.shop.store.schedules.move

    async def unheard(*arguments: Any, **more: Any) -> bool:
        monkeypatch.setattr(town.shop.store.schedules, "move", move)
        await move(*arguments, **more)
        raise TimeoutError

    monkeypatch.setattr(town.shop.store.schedules, "move", unheard)
    town.clock.now = local("2026-03-03T02:30")
    with pytest.raises(TimeoutError):
        await town.schedulers[0].look()
    await town.at(town.clock.now)
    assert len(await town.fired()) == 1


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


async def test_a_run_of_a_schedule_retries_and_dies_like_any_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(context: ActionContext, value: Any) -> None:
        raise Invalid("no such thing")

    add_action(monkeypatch, "test.poke", Poke(fails))
    town.put(DAILY % ("", "steps: [{ action: test.poke }]\n"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:30"))
    await town.shop.work()
    (letter,) = await town.shop.letters()
    assert (letter.rule, letter.kind) == ("night", "schedule")


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
    ("due", "catch_up", "more", "skipped", "fired"),
    [
        ([], "once", False, [], []),
        ([1, 2, 3], "skip", False, [1, 2, 3], []),
        ([1, 2, 3], "once", False, [1, 2], [3]),
        ([1, 2, 3], "once", True, [1, 2, 3], []),
        ([1, 2, 880_000], "once", False, [1, 2], [880_000]),
        ([1, 2, 880_000, 999_000], "skip", False, [1, 2], [880_000, 999_000]),
    ],
)
def test_what_becomes_of_what_is_due(
    due: list[int], catch_up: Any, more: bool, skipped: list[int], fired: list[int]
) -> None:
    assert sorted_out(due, 1_000_000, catch_up, more=more) == (skipped, fired)


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


@pytest.mark.parametrize("error", [StoreGone("away"), KeyError("a bug of ours")])
async def test_looking_outlives_every_failure(town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.001)
    looks = 0

    async def fails() -> int:
        nonlocal looks
        looks += 1
        raise error

    scheduler = town.schedulers[0]
    scheduler.clock = fails
    task = asyncio.create_task(schedule_for_ever(scheduler))
    async with asyncio.timeout(30):
        while looks < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
