from __future__ import annotations

import asyncio
from typing import Any

import pytest

from store.ceilings import Cost, ceiling
from store.client import Store, open_store
from store.event import Event
from tests.store.builders import ALL_LANES, an_event
from tests.workers.support import Poke, Shop, add_action, front_desk
from workers import tries
from workers.ceilings import roughly
from workers.clients.errors import InDoubtError, Invalid, Unavailable
from workers.lease import Lease

SPEND = "on: status-update\nsteps: [{ id: s, action: test.spend, with: { value: 1 }%s }]\n"
NUMBERS: Cost = "numbers-bought"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def spend(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Poke:
    """An action that costs money, and a connection that may spend twice a day."""
    monkeypatch.setattr(tries, "VERIFY_SETTLES", -60.0)
    may_spend(shop, "2 per 1d")
    shop.rule("spend", SPEND % "")
    return add_action(monkeypatch, "test.spend", Poke(), "verify", NUMBERS)


def may_spend(shop: Shop, written: str) -> None:
    shop.connections = {"desk": front_desk(ceilings={NUMBERS: ceiling(written)})}
    shop._desk = None


async def used(shop: Shop) -> int:
    return await shop.store.spending.used("desk", NUMBERS, ceiling("99 per 1d"))


async def spent(shop: Shop, times: int) -> list[Event]:
    """So many events, one after the other."""
    events = []
    for _ in range(times):
        events.append(await shop.post(an_event()))
        await shop.work()
    return events


async def failing_once(*_: Any) -> Any:
    raise Unavailable("not reached")


async def in_doubt(*_: Any) -> Any:
    raise InDoubtError("no answer")


async def refusing(*_: Any) -> Any:
    raise Invalid("no credits")


async def nothing(*_: Any) -> Any:
    return None


async def it_happened(*_: Any) -> Any:
    return "found"


async def cannot_tell(*_: Any) -> Any:
    raise Invalid("the list cannot be read")


async def test_above_the_ceiling_the_step_fails_for_good_and_nothing_is_tried(shop: Shop, spend: Poke) -> None:
    events = await spent(shop, 3)
    assert spend.seen == [1, 1]
    assert [await shop.status(event) for event in events] == ["done", "done", "dead"]
    (letter,) = await shop.letters()
    assert letter.attempts == 0
    for words in ("ceiling numbers-bought of connection desk", "2 per 1d", "nothing was sent", "connections file"):
        assert words in letter.reason
    step = (await shop.trace(events[2], "spend"))["steps"][0]
    assert (step["state"], step["attempts"]) == ("failed", [])


async def test_a_refused_step_is_never_in_doubt(shop: Shop, spend: Poke) -> None:
    spend.verdict = it_happened
    await spent(shop, 3)
    (letter,) = await shop.letters()
    assert await shop.store.dead.retry(letter)
    await shop.work()
    assert (spend.seen, spend.asked) == ([1, 1], 0)


async def test_a_raised_ceiling_lets_a_dead_letter_through(shop: Shop, spend: Poke) -> None:
    events = await spent(shop, 3)
    may_spend(shop, "3 per 1d")
    (letter,) = await shop.letters()
    assert await shop.store.dead.retry(letter)
    await shop.work()
    assert spend.seen == [1, 1, 1]
    assert await shop.status(events[2]) == "done"


async def test_a_step_counts_once_however_often_it_is_retried(shop: Shop, spend: Poke) -> None:
    shop.rule("spend", SPEND % ", retry: { tries: 5, first: 1s }")
    spend.body = failing_once
    event = (await spent(shop, 1))[0]
    await shop.hurry()
    await shop.work()
    assert (len(spend.seen), await used(shop)) == (2, 1)
    spend.body = None
    await shop.hurry()
    await shop.work()
    assert (await shop.status(event), await used(shop)) == ("done", 1)


async def test_a_step_in_doubt_keeps_its_place_and_goes_on_with_it(shop: Shop, spend: Poke) -> None:
    may_spend(shop, "1 per 1d")
    spend.body, spend.verdict = in_doubt, nothing
    event = (await spent(shop, 1))[0]
    assert await used(shop) == 1
    spend.body = None
    await shop.hurry()
    await shop.work()
    assert await shop.status(event) == "done"
    assert (len(spend.seen), spend.asked, await used(shop)) == (2, 1, 1)


async def test_a_run_taken_over_from_a_dead_worker_counts_once(shop: Shop, spend: Poke) -> None:
    may_spend(shop, "1 per 1d")
    spend.verdict = nothing

    async def killed(*_: Any) -> Any:
        raise Killed

    spend.body = killed
    event = await shop.post(an_event())
    job, lease = await shop.take()
    with pytest.raises(BaseExceptionGroup):
        await shop.perform(job, lease)
    await shop.lose(lease)
    spend.body = None
    await shop.work()
    assert await shop.status(event) == "done"
    assert (spend.seen, await used(shop)) == ([1, 1], 1)


async def test_a_clear_refusal_gives_the_place_back(shop: Shop, spend: Poke) -> None:
    spend.body = refusing
    await spent(shop, 4)
    assert (len(spend.seen), await used(shop)) == (4, 0)


async def test_what_may_have_happened_keeps_its_place(shop: Shop, spend: Poke) -> None:
    spend.body, spend.verdict = in_doubt, cannot_tell
    events = await spent(shop, 3)
    assert [await shop.status(event) for event in events] == ["dead"] * 3
    assert (len(spend.seen), await used(shop)) == (2, 2)


async def test_two_workers_share_the_ceiling(shop: Shop, spend: Poke, store_url: str, tmp_path: Any) -> None:
    may_spend(shop, "3 per 1d")
    other = Shop(open_store(store_url), shop.folder, connections=shop.connections)
    events = [await shop.post(an_event()) for _ in range(8)]
    asked_at = asyncio.get_running_loop().time()
    jobs = [
        (each, await each.store.queue.claim(name, dict.fromkeys(ALL_LANES, 4)))
        for name, each in (("a", shop), ("b", other))
    ]
    work = [each.perform(job, Lease(job.claim, batch.now_ms, asked_at)) for each, batch in jobs for job in batch.jobs]
    assert len(work) == 8
    await asyncio.gather(*work)
    await other.store.close()
    assert len(spend.seen) == 3
    assert sorted([await shop.status(event) for event in events]) == ["dead"] * 5 + ["done"] * 3


async def test_each_item_counts_and_the_list_stops_at_the_ceiling(shop: Shop, spend: Poke) -> None:
    each = "{ id: s, for_each: [1, 2, 3, 4], action: test.spend, with: { value: '${{ item }}' } }"
    shop.rule("spend", f"on: status-update\nsteps: [{each}]\n")
    event = (await spent(shop, 1))[0]
    assert spend.seen == [1, 2]
    assert sorted(await shop.steps(event, "spend")) == ["s#0", "s#1", "s#2"]
    (letter,) = await shop.letters()
    assert "2 per 1d" in letter.reason


async def test_where_a_caller_waits_the_turn_passes_on(shop: Shop, spend: Poke) -> None:
    may_spend(shop, "0 per 1d")
    shop.rule(
        "spend", "on: tool-calls\nsteps: [{ id: s, action: test.spend, with: {} }]\nanswer: { result: Bought. }\n"
    )
    shop.rule("then", "on: tool-calls\npriority: 200\nanswer: { result: A person will see to it. }\n")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert await shop.said(event) == {"result": "A person will see to it."}
    assert spend.seen == []


async def test_an_action_that_costs_nothing_is_not_counted(
    shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = add_action(monkeypatch, "test.spend", Poke())
    may_spend(shop, "0 per 1d")
    shop.rule("spend", SPEND % "")
    await spent(shop, 1)
    assert free.seen == [1]
    assert await store.redis.keys("hs:spent:*") == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1s"), (59.1, "60s"), (60, "1m"), (61, "2m"), (3600, "1h"), (11_101, "3h 6m"), (86_400, "24h")],
)
def test_how_long_it_takes_is_said_plainly(seconds: float, said: str) -> None:
    assert roughly(seconds) == said
