from __future__ import annotations

import pytest

from store.client import Store
from store.runs import LeaseLostError, RunId, begun_afresh
from store.together import together
from tests.store.builders import accept, an_event, claim_one


@pytest.mark.parametrize("tool", ["", "call_1", "odd/tool:id"])
def test_a_run_id_reads_back(tool: str) -> None:
    run_id = RunId("evt_1", "my-rule", tool)
    assert RunId.parse(str(run_id)) == run_id
    assert RunId.parse(run_id.job_id) == run_id


async def test_a_journal_reads_back(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    assert not (await store.runs.load(run_id)).begun
    fields = {
        "version": b"sha256:1",
        "decided": b'{"if":true}',
        "step:a#0": b'{"state":"done"}',
    }
    await store.runs.write(claim, run_id, fields, b'{"call":{}}')
    journal = await store.runs.load(run_id)
    assert journal.begun
    assert (journal.decided, journal.own) == ({"if": True}, False)
    assert journal.steps == {"a#0": {"state": "done"}}


async def test_many_journals_come_in_the_order_asked_for(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    first, never, last = (RunId(event.id, name) for name in ("first", "never", "last"))
    for run_id in (first, last):
        await store.runs.write(claim, run_id, {"version": run_id.rule.encode()})
    assert [journal.version for journal in await store.runs.load_all([last, never, first])] == ["last", "", "first"]


async def test_a_version_is_kept_as_it_was_first(store: Store) -> None:
    await store.runs.keep_version("sha256:1", b"one")
    await store.runs.keep_version("sha256:1", b"two")
    assert await store.runs.version("sha256:1") == b"one"
    assert await store.runs.version("sha256:2") is None


async def test_memory_is_kept_as_the_first_rule_saw_it(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    for rule, memory in (("one", b'{"caller":{}}'), ("two", b'{"caller":{"calls":1}}')):
        await store.runs.write(claim, RunId(event.id, rule), {"decided": b"{}"}, memory)
    stored = await store.events.get(event.id)
    assert stored is not None
    assert stored.memory == {"caller": {}}


async def test_a_parked_run_is_its_own_and_keeps_what_it_began_with(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    await store.runs.park(claim, run_id, 0, "sha256:1", b'{"call":{}}')
    journal = await store.runs.load(run_id)
    assert (journal.own, journal.version) == (True, "sha256:1")
    stored = await store.events.get(event.id)
    assert stored is not None
    assert stored.memory == {"call": {}}


@pytest.mark.parametrize("text", ["", "evt_1", "run:", "run:evt_1", "/", "//"])
def test_any_text_is_read_as_a_run_id(text: str) -> None:
    assert RunId.parse(text).event_id in ("", "evt_1")


def test_a_step_that_begins_afresh_remembers_its_attempts() -> None:
    record = {"state": "failed", "error": "no", "asked": 2, "doubt": "sent", "attempts": [{}, {}]}
    again = {"state": "waiting", "doubt": "sent", "attempts": [{}, {}], "tries_before": 2}
    assert begun_afresh(record) == again


async def test_a_claim_knows_that_it_was_given_up(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    await store.runs.park(claim, RunId(event.id, "rule"), 0.0)
    before = claim.ends
    await store.queue.finish(claim, event.id, {})
    assert (before, claim.ends) == (False, True)
    claim = await claim_one(store)
    await store.runs.park(claim, RunId(event.id, "rule"), 0.0)
    assert claim.ends


async def test_what_a_stale_claim_could_not_give_up_it_has_lost(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    await store.redis.set(f"arq:in-progress:{event.id}", "somebody else's")
    with pytest.raises(LeaseLostError):
        await store.queue.finish(claim, event.id, {})
    assert not claim.ends


async def test_who_waits_for_room_is_told_before_the_last_write_is_through(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    told: list[bool] = []

    async def ask(*_: object, **__: object) -> bytes:
        assert told == [True]
        return b"done"

    claim.when_ending = lambda: told.append(claim.ends)
    monkeypatch.setattr(together(store.redis), "ask", ask)
    await store.queue.finish(claim, event.id, {})
    assert told == [True]
