from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone
from starlette.responses import JSONResponse

from store.event import Event
from store.runs import LeaseLostError
from tests.store.builders import an_event
from tests.workers.support import CRM, Poke, Shop, add_action
from workers import stepping, tries
from workers.clients.errors import AuthFailed, InDoubtError, Invalid, RateLimited, Unavailable
from workers.stepping import finished_result

ONE = "on: status-update\nsteps: [{ id: s, action: test.poke, with: { value: 1 }%s }]\n"
TWO = """
on: status-update
if: '!has(memory.call.seen)'
steps:
  - { id: a, action: test.first, with: { value: 7 } }
  - { id: b, action: test.second, with: { value: '${{ steps.a.value }}' } }
"""


class Killed(BaseException):
    """The process ends here."""


def failing(error: BaseException) -> Any:
    async def body(*_: Any) -> Any:
        raise error

    return body


async def killed_in(shop: Shop, poke: Poke) -> Event:
    """A worker that dies in the midst of a step, and its lease has run out."""
    body, poke.body = poke.body, failing(Killed())
    event = await shop.post(an_event())
    job, lease = await shop.take()
    with pytest.raises(BaseExceptionGroup):
        await shop.perform(job, lease)
    await shop.lose(lease)
    poke.body = body
    return event


# --- journal ----------------------------------------------------------------------------------------------------------


async def test_after_a_kill_finished_steps_and_decisions_stand(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first = add_action(monkeypatch, "test.first", Poke())
    second = add_action(monkeypatch, "test.second", Poke())
    shop.rule("two", TWO)
    event = await killed_in(shop, second)
    await shop.store.memory.set("call:desk:call_1", "seen", True, None, "op")
    await shop.work()
    assert (first.seen, second.seen) == ([7], [7, 7])
    assert await shop.outcomes(event) == {"two:": "ran"}
    trace = await shop.trace(event, "two")
    assert [(each["expr"], each["value"]) for each in trace["conditions"]] == [("!has(memory.call.seen)", True)]


async def test_an_event_in_work_ends_with_the_version_it_began_with(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_action(monkeypatch, "test.first", Poke())
    second = add_action(monkeypatch, "test.second", Poke())
    shop.rule("two", TWO)
    version = shop.desk.rules.rules[0].version
    event = await killed_in(shop, second)
    shop.rule("two", TWO.replace("value: '${{ steps.a.value }}'", "value: other"))
    await shop.work()
    assert second.seen == [7, 7]
    assert (await shop.trace(event, "two"))["version"] == version


async def test_a_step_found_started_is_repeated_where_that_is_safe(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("one", ONE % "")
    event = await killed_in(shop, poke)
    await shop.work()
    assert poke.seen == [1, 1]
    attempts = (await shop.trace(event, "one"))["steps"][0]["attempts"]
    assert "process ended" in attempts[0]["error"]
    assert "error" not in attempts[1]


async def test_a_step_found_started_is_skipped_where_once_too_often_hurts(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(), "skip")
    shop.rule("one", ONE % "")
    event = await killed_in(shop, poke)
    await shop.work()
    assert poke.seen == [1]
    step = (await shop.trace(event, "one"))["steps"][0]
    assert step["state"] == "skipped"
    assert "may have happened" in step["error"]
    assert await shop.status(event) == "done"


async def test_a_step_found_started_is_left_to_a_person(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(), "park")
    shop.rule("one", ONE % "")
    event = await killed_in(shop, poke)
    await shop.work()
    assert poke.seen == [1]
    assert await shop.status(event) == "dead"
    letter = (await shop.letters())[0]
    assert letter.reason.startswith("in doubt")
    assert await shop.store.dead.retry(letter)
    await shop.work()
    assert poke.seen == [1, 1]
    assert await shop.status(event) == "done"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The far side knows at once whether something happened."""
    monkeypatch.setattr(tries, "VERIFY_SETTLES", -60.0)


async def found(*_: Any) -> Any:
    return "found"


async def not_found(*_: Any) -> Any:
    return None


async def test_asking_waits_until_the_far_side_can_know(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(verdict=found), "verify")
    shop.rule("one", ONE % "")
    event = await killed_in(shop, poke)
    await shop.work()
    assert (poke.asked, await shop.status(event)) == (0, "waiting")
    batch = await shop.store.queue.claim("w", {"background": 1})
    assert batch.next_due == pytest.approx(15, abs=1)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(("verdict", "seen"), [(found, [1]), (not_found, [1, 1])])
async def test_what_happened_is_not_done_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, verdict: Any, seen: list[int]
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(verdict=verdict), "verify")
    shop.rule("one", ONE % "")
    event = await killed_in(shop, poke)
    await shop.work()
    assert (poke.asked, poke.seen) == (1, seen)
    step = (await shop.steps(event, "one"))["s"]
    assert (step["state"], step["output"]["value"]) == ("done", "found" if verdict is found else 1)
    assert "doubt" not in step


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("error", [Unavailable("away"), TimeoutError(), KeyError("a bug"), StoreGone("away")])
async def test_asking_that_fails_is_repeated_and_then_left_to_a_person(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(verdict=failing(error)), "verify")
    shop.rule("one", ONE % ", retry: { tries: 2 }")
    event = await killed_in(shop, poke)
    await shop.work()
    assert (poke.asked, await shop.status(event)) == (1, "waiting")
    await shop.hurry()
    await shop.work()
    assert (poke.asked, poke.seen, await shop.status(event)) == (2, [1], "dead")
    letter = (await shop.letters())[0]
    assert letter.reason.startswith("in doubt: the process ended")
    poke.verdict = found
    assert await shop.store.dead.retry(letter)
    await shop.work()
    assert (poke.asked, poke.seen, await shop.status(event)) == (3, [1], "done")


async def test_doubt_on_a_live_event_is_left_to_a_person_who_asks_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(failing(InDoubtError("sent")), verdict=found), "verify")
    live = ONE.replace("status-update", "tool-calls") + "answer: { result: x }\n"
    shop.rule("one", live % "")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert (await shop.letters())[0].reason == "in doubt, and no time to ask: sent"
    assert await shop.said(event) == {"result": "Later."}
    monkeypatch.setattr(tries, "VERIFY_SETTLES", -60.0)
    assert await shop.store.dead.retry((await shop.letters())[0])
    await shop.work()
    assert (poke.asked, poke.seen) == (1, [1])


# --- leases -----------------------------------------------------------------------------------------------------------


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


# --- retries ----------------------------------------------------------------------------------------------------------


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


async def test_a_bug_before_anything_left_is_no_doubt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a bug would silently skip a step that is skipped when in doubt."""
    poke = add_action(monkeypatch, "test.poke", Poke(failing(KeyError("a bug"))), "skip")
    shop.rule("one", ONE % ", retry: { tries: 1 }")
    event = await shop.post(an_event())
    await shop.work()
    assert (len(poke.seen), await shop.status(event)) == (1, "dead")
    assert (await shop.letters())[0].reason == "the action failed: KeyError (after 1 try)"


async def test_a_bug_after_something_left_is_doubt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def half_way(context: Any, _value: Any) -> Any:
        context.record("a request")
        raise KeyError("a bug")

    add_action(monkeypatch, "test.poke", Poke(half_way), "skip")
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    await shop.work()
    assert (await shop.steps(event, "one"))["s"]["state"] == "skipped"


async def test_an_output_that_cannot_be_written_down_is_a_bug_of_the_action(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def strange(*_: Any) -> Any:
        return object()

    add_action(monkeypatch, "test.poke", Poke(strange))
    shop.rule("one", ONE % ", retry: { tries: 1 }")
    event = await shop.post(an_event())
    await shop.work()
    assert await shop.status(event) == "dead"


async def test_a_store_that_fails_under_an_action_is_no_bug(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[Any] = []
    monkeypatch.setattr("workers.toolbox.sentry_sdk.capture_exception", reported.append)
    add_action(monkeypatch, "test.poke", Poke(failing(StoreGone("away"))))
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    await shop.work()
    assert (await shop.status(event), reported) == ("waiting", [])


async def test_a_timeout_is_doubt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*_: Any) -> Any:
        await asyncio.sleep(5)

    add_action(monkeypatch, "test.poke", Poke(slow), "skip")
    shop.rule("one", ONE % ", timeout: 5ms")
    event = await shop.post(an_event())
    await shop.work()
    step = (await shop.steps(event, "one"))["s"]
    assert step["state"] == "skipped"
    assert "no answer within" in step["error"]


# --- live patience ----------------------------------------------------------------------------------------------------


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
    shop.rule("live", LIVE % ("2ms", "3s"))
    event = await shop.post(an_event("tool-calls"))
    job, lease = await shop.take()
    await shop.perform(job, lease)
    assert len(poke.seen) == 3
    assert await shop.said(event) == {"result": "Done."}


async def test_a_retry_that_would_come_too_late_is_not_made(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(failing(Unavailable("busy"))))
    shop.rule("live", LIVE % ("60s", "3s"))
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert len(poke.seen) == 1
    assert await shop.said(event) == {"result": "Later."}
    assert (await shop.letters())[0].reason == "busy (no time left for another try)"


# --- for real, over HTTP ----------------------------------------------------------------------------------------------


NOTE = (
    "on: status-update\nsteps: [{ id: s, %saction: http.request, with: { url: '" + CRM + "/notes', body: { %s } } }]\n"
)


async def test_a_request_carries_one_key_through_all_its_tries(shop: Shop) -> None:
    answers = [JSONResponse({"no": 1}, 503, headers={"retry-after": "7"}), JSONResponse({"id": 5})]
    shop.secrets["crm"] = "hush-hush"
    shop.rule("one", NOTE % ("", "token: '${{ secrets.crm }}'"))
    shop.platform.routes["POST /notes"] = lambda _seen: answers.pop(0)
    event = await shop.post(an_event())
    await shop.work()
    batch = await shop.store.queue.claim("w", {"background": 1})
    assert batch.next_due == pytest.approx(7, abs=1)
    await shop.hurry()
    await shop.work()
    seen = shop.platform.seen
    assert seen[0].headers["idempotency-key"] == seen[1].headers["idempotency-key"] == f"{event.id}/one/s"
    assert seen[0].body == {"token": "hush-hush"}
    attempts = (await shop.trace(event, "one"))["steps"][0]["attempts"]
    assert [attempt["got"]["status"] for attempt in attempts] == [503, 200]
    assert "hush" not in str(await shop.store.events.trace(event.id))
    assert (await shop.steps(event, "one"))["s"]["output"]["body"] == {"id": 5}


async def test_each_item_has_a_key_and_attempts_of_its_own(shop: Shop) -> None:
    shop.rule("one", NOTE % ("for_each: '${{ [1, 2] }}', ", "n: '${{ item }}'"))
    shop.platform.routes["POST /notes"] = {}
    event = await shop.post(an_event())
    await shop.work()
    seen = shop.platform.seen
    assert [each.headers["idempotency-key"] for each in seen] == [f"{event.id}/one/s#{n}" for n in (0, 1)]
    attempts = (await shop.trace(event, "one"))["steps"][0]["attempts"]
    assert [attempt["item"] for attempt in attempts] == [0, 1]


@pytest.mark.parametrize("state", ["new", "waiting", "started"])
def test_an_unfinished_step_has_no_result(state: str) -> None:
    assert finished_result({"state": state}) is None
