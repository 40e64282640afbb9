from __future__ import annotations

import pytest
from starlette.responses import JSONResponse

from tests.store.builders import an_event
from tests.workers.killing import ONE, TWO, killed_in
from tests.workers.support import CRM, Poke, Shop, add_action


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
