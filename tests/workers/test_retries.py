from __future__ import annotations

from typing import Any

import pytest

from tests.store.builders import an_event
from tests.workers.killing import ONE, TWO, Killed, failing
from tests.workers.support import Poke, Shop, add_action
from workers.clients.errors import AuthFailed, Invalid, RateLimited, Unavailable


async def test_a_retry_is_a_job_of_its_own_that_comes_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(failing(RateLimited("slow down", retry_after=30))))
    shop.rule("one", ONE % ", retry: { first: 2s }")
    event = await shop.post(an_event())
    await shop.work()
    assert await shop.status(event) == "waiting"
    assert (await shop.steps(event, "one"))["s"]["state"] == "waiting"
    batch = await shop.store.queue.claim("w", {"background": 1})
    assert not batch.jobs
    assert batch.next_due == pytest.approx(30, abs=1)
    poke.body = None
    await shop.hurry()
    await shop.work()
    assert await shop.status(event) == "done"
    attempts = (await shop.trace(event, "one"))["steps"][0]["attempts"]
    assert [attempt.get("error") for attempt in attempts] == ["slow down", None]


async def test_a_bulk_job_retries_in_its_own_lane(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke(failing(Unavailable("busy"))))
    shop.rule("one", ONE % "")
    await shop.post(an_event(), lane="bulk")
    await shop.work()
    assert await shop.store.queue.depth() == {"live": 0, "background": 0, "bulk": 1}


@pytest.mark.parametrize("error", [Unavailable("busy"), KeyError("a bug")])
async def test_after_the_last_try_it_is_a_dead_letter_and_a_person_can_retry(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    first = add_action(monkeypatch, "test.first", Poke())
    second = add_action(monkeypatch, "test.second", Poke(failing(error)))
    two = TWO.replace("steps.a.value }}' } }", "steps.a.value }}' }, retry: { tries: 2 } }")
    shop.rule("two", two)
    event = await shop.post(an_event())
    await shop.work()
    await shop.hurry()
    await shop.work()
    letter = (await shop.letters())[0]
    assert (letter.rule, letter.step, letter.attempts) == ("two", "b", 2)
    assert letter.reason.endswith("(after 2 tries)")
    assert (await shop.status(event), len(second.seen)) == ("dead", 2)

    assert await shop.store.dead.retry(letter)
    await shop.work()
    assert len(second.seen) == 3
    assert await shop.status(event) == "waiting"
    second.body = None
    await shop.hurry()
    await shop.work()
    assert (len(first.seen), len(second.seen)) == (1, 4)
    assert await shop.status(event) == "done"
    assert await shop.letters() == []
    assert [step["state"] for step in (await shop.trace(event, "two"))["steps"]] == ["done", "done"]


async def test_too_old_is_dead_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke(failing(Unavailable("busy"))))
    shop.rule("one", ONE % ", retry: { first: 60s, max_age: 10s }")
    await shop.post(an_event())
    await shop.work()
    assert "too old" in (await shop.letters())[0].reason


async def test_a_refusal_is_not_tried_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(failing(AuthFailed("the key is wrong"))))
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    await shop.work()
    assert (len(poke.seen), await shop.status(event)) == (1, "dead")
    assert (await shop.letters())[0].reason == "the key is wrong"


async def test_a_failed_step_is_a_dead_letter_even_when_the_worker_dies_before_saying_so(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(failing(Invalid("no"))))
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    job, lease = await shop.take()
    with monkeypatch.context() as patched:
        patched.setattr(shop.store.dead, "bury", failing(Killed()))
        with pytest.raises(Killed):
            await shop.perform(job, lease)
    await shop.lose(lease)
    await shop.work()
    assert (len(poke.seen), await shop.status(event)) == (1, "dead")
    assert (await shop.letters())[0].reason == "no"


async def test_a_step_whose_parameters_cannot_be_rendered_is_a_dead_letter(shop: Shop) -> None:
    step = "{ id: s, action: log, with: { message: '${{ string(raw.nothing) }}' } }"
    shop.rule("one", f"on: status-update\nsteps: [{step}]\n")
    event = await shop.post(an_event())
    await shop.work()
    letter = (await shop.letters())[0]
    assert (letter.rule, letter.step, letter.attempts) == ("one", "s", 0)
    assert await shop.status(event) == "dead"


async def test_parameters_that_do_not_fit_say_which(shop: Shop) -> None:
    step = "{ id: s, action: log, with: { message: x, level: '${{ string(raw.level) }}' } }"
    shop.rule("one", f"on: status-update\nsteps: [{step}]\n")
    event = await shop.post(an_event())
    await shop.mark(f"hs:event:{event.id}", "body", b'p{"level":"shout"}')
    await shop.work()
    assert (await shop.letters())[0].reason.startswith("with.level: ")


async def test_going_on_after_an_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.first", Poke(failing(Invalid("no"))))
    second = add_action(monkeypatch, "test.second", Poke())
    shop.rule("two", TWO.replace("value: 7 }", "value: 7 }, on_error: continue").replace("a.value", "a.outcome"))
    event = await shop.post(an_event())
    await shop.work()
    assert second.seen == ["failed"]
    assert (await shop.status(event), await shop.letters()) == ("done", [])


LIVE = """
on: { tool-calls: look_up }
steps: [{ id: s, action: test.poke, with: { value: 1 }, retry: { tries: 9, first: %s, factor: 1 } }]
answer: { result: Done. }
within: %s
"""


async def test_while_a_caller_waits_a_step_is_retried_in_place(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())

    async def third_time_lucky(*_: Any) -> Any:
        if len(poke.seen) < 3:
            raise Unavailable("busy")

    poke.body = third_time_lucky
    shop.rule("live", LIVE % ("2ms", "30s"))
    event = await shop.post(an_event("tool-calls"))
    job, lease = await shop.take()
    await shop.perform(job, lease)
    assert len(poke.seen) == 3
    assert await shop.said(event) == {"result": "Done."}


async def test_a_retry_that_would_come_too_late_is_not_made(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(failing(Unavailable("busy"))))
    shop.rule("live", LIVE % ("60s", "30s"))
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert len(poke.seen) == 1
    assert await shop.said(event) == {"result": "Later."}
    assert (await shop.letters())[0].reason == "busy (no time left for another try)"
