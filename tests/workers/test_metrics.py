from __future__ import annotations

import pytest
from prometheus_client import generate_latest

from store.client import Store
from store.gauges import StoreGauges
from store.runs import Claim
from store.tallies import Tallyman
from tests.store.builders import an_event
from tests.workers.loop import SLOTS, Jobs, worker_on
from tests.workers.support import Poke, Shop, add_action, fails
from workers.metrics import STATUSES, WorkerMetrics, told_status
from workers.rulebook import open_rulebook
from workers.vocabulary import vocabulary

POKES = "on: status-update\nsteps: [{ id: s, action: test.poke }]\n"


@pytest.fixture
def counted(store: Store) -> WorkerMetrics:
    return WorkerMetrics(StoreGauges(store))


async def test_what_becomes_of_rules_and_actions_is_counted(
    shop: Shop, counted: WorkerMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_action(monkeypatch, "test.poke", Poke())
    add_action(monkeypatch, "test.bad", Poke(fails))
    shop.rule("good", POKES)
    shop.rule("bad", POKES.replace("poke", "bad"))
    shop.desk.observer = counted
    await shop.post(an_event())
    await shop.work()
    assert counted.handled_events.values == {("desk", "flireo", "status-update"): 1}
    assert counted.outcomes.values == {("good", "ran"): 1, ("bad", "failed"): 1}
    assert counted.dead.values == {("bad",): 1}
    assert counted.tries.values == {("test.poke", "done"): 1, ("test.bad", "invalid"): 1}
    assert counted.actions.values == {("test.poke", "done"): 1, ("test.bad", "failed"): 1}
    assert sum(counted.to_action.values["test.poke",][0]) == 1


async def test_what_waits_in_bulk_says_nothing_about_how_soon_things_are_done(
    shop: Shop, counted: WorkerMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_action(monkeypatch, "test.poke", Poke())
    shop.rule("good", POKES)
    shop.desk.observer = counted
    await shop.post(an_event(), lane="bulk")
    await shop.work()
    assert counted.tries.values == {("test.poke", "done"): 1}
    assert counted.to_action.values == {}


async def test_the_pickup_is_how_long_it_was_due(counted: WorkerMetrics) -> None:
    counted.claimed(Claim("evt_1", "live", "t", late_ms=40))
    counts, total = counted.pickup.values["live",]
    assert (counts[3], total[0]) == (1, 0.04)


async def test_slots_and_rules_are_looked_at_when_somebody_asks(shop: Shop, counted: WorkerMetrics, jobs: Jobs) -> None:
    shop.rule("good", "on: status-update\nsteps: [{ id: s, action: log, with: { message: hello } }]\n")
    (shop.folder / "bad.yaml").write_text("on: [")
    book = open_rulebook(shop.folder, vocabulary({}, {}), {})
    await counted.look(worker_on(shop.store, jobs.handle), book)
    assert counted.slots.values == {(lane,): count for lane, count in SLOTS.items()}
    assert set(counted.busy.values.values()) == {0}
    assert counted.in_force.values == counted.held_out.values == {(): 1}
    assert counted.followed.values == {(): 0}
    assert counted.dead.values == {("good",): 0}
    text = generate_latest(counted.registry).decode()
    assert 'hookswitch_jobs_total{lane="live",outcome="lost"} 0.0' in text
    assert "hookswitch_store_up 1.0" in text


@pytest.mark.parametrize(
    ("status", "told"), [(None, "none"), (204, "2xx"), (401, "401"), (418, "4xx"), (429, "429"), (503, "5xx")]
)
def test_statuses_are_of_a_closed_set(status: int | None, told: str) -> None:
    assert told_status(status) == told
    assert told in STATUSES


async def test_people_see_how_calls_of_each_connection_ended(store: Store, counted: WorkerMetrics) -> None:
    counted.called("desk", "flireo", 401, 0.1)
    counted.called("desk", "flireo", 200, 0.1)
    await Tallyman(store.tallies, counted.tallied).tell()
    ((_, today),) = await store.tallies.days(1)
    assert today == {("api", "desk", "flireo", "401"): 1, ("api", "desk", "flireo", "2xx"): 1}
