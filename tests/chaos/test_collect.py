"""What a real worker leaves behind is read back as the judge expects it."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.answers import CellAnswer
from store.client import Store
from store.spool import Spool
from tests.chaos.collect import complaints_in, counted_in, effects_in, forgotten_in, left_in, letters_in, stored_in
from tests.chaos.ledger import Attempt
from tests.store.builders import an_event
from tests.workers.support import Poke, Shop, add_action, fails

MARKER = "+31600000005"


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(store, tmp_path)


async def follow_up(shop: Shop, step: str = "count", do: str = "memory.add") -> None:
    with_ = "with: { scope: caller, key: chaos }\n    " if do == "memory.add" else ""
    rule = f"on: status-update\nsteps:\n  - id: {step}\n    action: {do}\n    {with_}retry: {{ tries: 1 }}\n"
    shop.rule("follow_up", rule)
    event = an_event()
    event = event.model_copy(update={"connection": "desk_g3", "call": event.call.model_copy(update={"from_": MARKER})})
    await shop.post(event)


async def test_an_event_with_its_run_and_what_it_counted(shop: Shop, tmp_path: Path) -> None:
    await follow_up(shop)
    spool = Spool(tmp_path / "spool", 0)
    assert (await left_in(shop.store, spool))["open"] == 1
    assert await forgotten_in(shop.store) == {"keys of arq:job": 1}
    (waiting,) = await stored_in(shop.store, {})
    assert (waiting.status, waiting.runs) == ("queued", {})
    await shop.work()
    assert not any((await left_in(shop.store, spool)).values())
    (event,) = await stored_in(shop.store, {})
    assert (event.kind, event.generation, event.marker, event.status) == ("status-update", "g3", MARKER, "done")
    assert (event.pending, waiting.pending) == (0, 1)
    assert await forgotten_in(shop.store) == {}
    run = event.runs["follow_up"]
    assert (run.outcome, run.letter, run.steps["count"].state) == ("ran", None, "done")
    assert run.steps["count"].attempts == (Attempt(),)
    assert await counted_in(shop.store) == {MARKER: 1}


async def test_a_dead_letter_with_its_reason(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "poke", Poke(fails))
    await follow_up(shop, "noted", "poke")
    await shop.work()
    letters = await letters_in(shop.store)
    (event,) = await stored_in(shop.store, letters)
    assert list(letters.values()) == [event.runs["follow_up"].letter] == ["the far side said no"]
    assert (event.status, event.runs["follow_up"].outcome) == ("dead", "failed")


@pytest.mark.parametrize(("at", "late"), [("ready", 1), ("claimed", 1), ("sent", 0)])
async def test_an_answer_that_never_left_is_late(shop: Shop, at: str, late: int) -> None:
    event = an_event("tool-calls").model_copy(update={"connection": "desk_g3"})
    await shop.post(event, deadline_in=60)
    job, _ = await shop.take()
    answer = CellAnswer("rule", {"result": "Yes."}, "look_up")
    await shop.store.answers.settle(job.claim, event.id, "t1", answer)
    if at != "ready":
        await shop.store.answers.collect(event.id, ["t1"], answer, close=False)
    if at == "sent":
        await shop.store.answers.mark_sent(event.id, ["t1"])
    (found,) = await stored_in(shop.store, {})
    assert (found.late_cells, found.said) == (late, frozenset() if at == "ready" else frozenset({"rule"}))


def test_complaints_are_what_no_fault_explains(tmp_path: Path) -> None:
    (tmp_path / "worker1.log").write_text(
        '{"level": "warning", "logger": "workers.worker", "message": "lease lost, stopping the job"}\n'
        '{"level": "error", "logger": "workers.worker", "message": "a job failed"}\n'
        * 2
        + "RuntimeWarning: it was never awaited\n"
    )
    (tmp_path / "receiver1.log").write_text(
        '{"level": "error", "logger": "receiver.ingest", "message": "the store is away, spooled"}\n'
        '{"level": "error", "logger": "workers.reload", "message": "/rules/mended.yaml:4:8 mended: it is empty"}\n'
    )
    complaints = {"workers.worker: a job failed": 2, "RuntimeWarning: it was never awaited": 1}
    assert complaints_in(tmp_path) == complaints


def test_effects_are_what_the_far_side_wrote(tmp_path: Path) -> None:
    path = tmp_path / "effects.jsonl"
    assert effects_in(path) == []
    path.write_text('{"marker": "+316", "event_id": "e", "step": "noted", "key": "k"}\n')
    assert [(effect.event_id, effect.key) for effect in effects_in(path)] == [("e", "k")]
