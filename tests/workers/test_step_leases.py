from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone

from store.runs import LeaseLostError
from tests.store.builders import an_event
from tests.workers.killing import ONE
from tests.workers.support import Poke, Shop, add_action
from workers import stepping


async def test_a_stale_claim_sends_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    job, lease = await shop.take()
    await shop.lose(lease)
    with pytest.raises(ExceptionGroup) as caught:
        await shop.perform(job, lease)
    assert isinstance(caught.value.exceptions[0], LeaseLostError)
    assert poke.seen == []
    assert await shop.steps(event, "one") == {}


async def test_a_process_paused_past_its_lease_sends_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause comes after the journal was written, while the store still believed in the lease."""
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    job, lease = await shop.take()
    write = shop.store.runs.write

    async def then_paused(*arguments: Any) -> None:
        await write(*arguments)
        lease.renewed_at -= 60

    monkeypatch.setattr(shop.store.runs, "write", then_paused)
    with pytest.raises(ExceptionGroup) as caught:
        await shop.perform(job, lease)
    assert isinstance(caught.value.exceptions[0], LeaseLostError)
    assert poke.seen == []
    assert (await shop.steps(event, "one"))["s"]["state"] == "started"


async def test_a_pause_between_two_requests_of_an_action_stops_the_second(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    job_lease: list[Any] = []

    async def two_requests(context: Any, _value: Any) -> Any:
        for name in ("first", "second"):
            context.record(name)
            sent.append(name)
            job_lease[0].renewed_at -= 60
        return None

    add_action(monkeypatch, "test.poke", Poke(two_requests))
    shop.rule("one", ONE % "")
    await shop.post(an_event())
    job, lease = await shop.take()
    job_lease.append(lease)
    with pytest.raises(ExceptionGroup) as caught:
        await shop.perform(job, lease)
    assert isinstance(caught.value.exceptions[0], LeaseLostError)
    assert sent == ["first"]


async def test_what_happened_is_written_down_through_a_short_absence_of_the_store(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "WRITE_AGAIN", 0.001)
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    write, refusals = shop.store.runs.write, [StoreGone("away"), StoreGone("away")]

    async def interrupted(claim: Any, run_id: Any, fields: Any, memory: bytes = b"") -> None:
        if b'"done"' in fields["step:s"] and refusals:
            raise refusals.pop()
        await write(claim, run_id, fields, memory)

    monkeypatch.setattr(shop.store.runs, "write", interrupted)
    await shop.work()
    assert (poke.seen, refusals) == ([1], [])
    assert await shop.status(event) == "done"


async def test_a_store_that_stays_away_is_given_up_with_the_lease(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke())
    shop.rule("one", ONE % "")
    await shop.post(an_event())
    job, lease = await shop.take()
    write = shop.store.runs.write

    async def gone(claim: Any, run_id: Any, fields: Any, memory: bytes = b"") -> None:
        if b'"done"' in fields["step:s"]:
            lease.renewed_at -= 60
            raise StoreGone("away")
        await write(claim, run_id, fields, memory)

    monkeypatch.setattr(shop.store.runs, "write", gone)
    with pytest.raises(ExceptionGroup) as caught:
        await shop.perform(job, lease)
    assert isinstance(caught.value.exceptions[0], StoreGone)
