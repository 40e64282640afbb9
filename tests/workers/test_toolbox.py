from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.connections import Api, Connection
from store.event import Call, Event
from store.runs import Claim, LeaseLostError, RunId
from tests.store.builders import ALL_LANES, an_event
from tests.workers.support import Poke, Shop, add_action, front_desk
from workers.clients.errors import Invalid
from workers.late import LateStep
from workers.lease import Lease
from workers.toolbox import LONGEST_CHAIN, Clients, EventEmitter, EventMemory, Toolbox, emitted_id, place_of

MANUAL = "on: manual\n%ssteps: [{ action: log, with: { message: x } }]\n"


def toolbox(shop: Shop, event: Event) -> Toolbox:
    lease = Lease(Claim(event.id, "background", "1"), 0, asyncio.get_running_loop().time())
    return Toolbox(shop.store, shop.desk.clients, shop.connections, event, lease)


def context(shop: Shop, event: Event, connection: str = "", more: str = "") -> Any:
    shop.rule("rule", MANUAL % more)
    step = LateStep(connection=connection)
    rule = shop.desk.rules.rules[0]
    return toolbox(shop, event).context(rule, RunId(event.id, "rule"), step, "s#1", 5.0, frozenset({"hush"}))


# --- connections ------------------------------------------------------------------------------------------------------


async def test_an_action_gets_what_it_may_touch(shop: Shop) -> None:
    event = an_event()
    given = context(shop, event)
    assert given.operation == f"{event.id}/rule/s#1"
    assert (given.timeout, given.secrets, given.event) == (5.0, frozenset({"hush"}), event)
    assert given.connection.name == "desk"


@pytest.mark.parametrize(
    ("written", "provider", "generation"),
    [("auto", "flireo", "g3"), ("g2", "flireo", "g2"), ("auto", "fluents", "")],
)
async def test_the_generation_is_the_written_one_or_the_events(
    shop: Shop, written: str, provider: str, generation: str
) -> None:
    shop.connections["desk"] = front_desk(generation=written, provider=provider)
    assert context(shop, an_event()).generation == generation


async def test_a_step_may_name_another_connection(shop: Shop) -> None:
    shop.connections["other"] = front_desk(name="other", generation="g1")
    given = context(shop, an_event(), "other")
    assert (given.connection.name, given.generation) == ("other", "g1")


async def test_an_event_of_no_connection_uses_the_rules_only_one(shop: Shop) -> None:
    event = an_event("schedule", connection="", provider="", generation="")
    assert context(shop, event).connection is None
    assert context(shop, event, more="connections: [desk]\n").connection.name == "desk"


async def test_a_connection_that_is_off_lends_no_key(shop: Shop) -> None:
    """Its key and address still hold references that nobody could look up."""
    off = Api(base_url="${DESK_URL}", key="${DESK_KEY}")
    shop.connections["desk"] = front_desk(api=off, missing=("DESK_KEY", "DESK_URL"))
    given = context(shop, an_event())
    assert given.connection.api is None
    assert given.api_http is given.http


async def test_a_rule_that_needs_no_api_works_on_a_connection_that_is_off(shop: Shop) -> None:
    shop.connections["desk"] = front_desk(api=Api(base_url="${X}", key="${Y}"), missing=("X", "Y"))
    shop.rule("rule", "on: status-update\nsteps: [{ action: log, with: { message: x } }]\n")
    event = await shop.post(an_event())
    await shop.work()
    assert await shop.status(event) == "done"


async def test_nothing_leaves_after_the_lease(shop: Shop) -> None:
    event = an_event()
    shop.rule("rule", MANUAL % "")
    box = toolbox(shop, event)
    given = box.context(shop.desk.rules.rules[0], RunId(event.id, "rule"), LateStep(), "s", 5.0, frozenset())
    given.record("one")
    box.lease.renewed_at -= 60
    with pytest.raises(LeaseLostError):
        given.record("two")
    assert [exchange.sent for exchange in given.exchanges] == ["one"]


async def test_each_connection_has_one_client() -> None:
    clients = Clients.allowing([])
    desk, other = front_desk(), front_desk(name="other")
    assert clients.of(desk) is clients.of(desk)
    assert clients.of(desk) is not clients.of(other)
    assert clients.of(None) is clients.of(Connection(name="x", provider="flireo")) is clients.open
    await clients.close()
    assert clients.open.is_closed
    assert clients.of(desk).is_closed


# --- memory -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "caller", "own"),
    [
        (Call(id="c1", from_="+31612340001", to="+31850000001"), "caller:+31612340001", "call:desk:c1"),
        (
            Call(id="c1", from_="+31850000001", to="+31612340001", direction="outbound"),
            "caller:+31612340001",
            "call:desk:c1",
        ),
        (Call(id="", from_="", to="+31850000001"), "", ""),
        (Call(from_="+31850000001", direction="outbound"), "", ""),
        (Call(from_="", to="agent", direction="web"), "", ""),
    ],
)
async def test_whose_memory_it_is(shop: Shop, call: Call, caller: str, own: str) -> None:
    memory = EventMemory(shop.store.memory, an_event(call=call))
    assert (memory.subject("caller"), memory.subject("call")) == (caller, own)


async def test_the_same_call_id_on_another_connection_is_another_call(shop: Shop) -> None:
    one, two = (EventMemory(shop.store.memory, an_event(connection=name)) for name in ("desk", "other"))
    await one.set("call", "k", 1, None, "op1")
    assert (await one.snapshot())["call"] == {"k": 1}
    assert (await two.snapshot())["call"] == {}


async def test_anonymous_callers_are_not_one_person(shop: Shop) -> None:
    memory = EventMemory(shop.store.memory, an_event(call=Call(id="c1")))
    assert await memory.add("caller", "calls", 1, None, "op1") == 1
    assert await memory.add("caller", "calls", 1, None, "op2") == 1
    assert await memory.set("caller", "name", "Ann", None, "op3") == "Ann"
    assert await memory.forget("caller", "name", "op4") is None
    assert await memory.snapshot() == {"call": {}, "caller": {}}
    assert await shop.store.redis.keys("hs:memory*") == []


async def test_a_known_caller_is_remembered_over_calls(shop: Shop) -> None:
    for call in ("c1", "c2"):
        event = an_event(call=Call(id=call, from_="+31612340001"))
        memory = EventMemory(shop.store.memory, event)
        await memory.add("caller", "calls", 1, None, event.id)
        await memory.add("caller", "calls", 1, None, event.id)
    assert (await memory.snapshot())["caller"] == {"calls": 2}
    assert await memory.forget("caller", "calls", "op") is None
    assert (await memory.snapshot())["caller"] == {}


# --- emitted events ---------------------------------------------------------------------------------------------------


EMIT = "on: status-update\nsteps: [{ id: e, action: emit, with: { event: follow_up, data: { n: 1 }%s } }]\n"
HEARS = "on: { event: follow_up }\nsteps: [{ action: test.poke, with: { value: '${{ call.from }}' } }]\n"


async def test_an_emitted_event_carries_the_call_along(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("emits", EMIT % "")
    shop.rule("hears", HEARS)
    event = await shop.post(an_event())
    await shop.work()
    assert poke.seen == ["+31612340001"]
    own = (await shop.steps(event, "emits"))["e"]["output"]["id"]
    assert own == emitted_id(event, f"{event.id}/emits/e")
    emitted = await shop.store.events.get(own)
    assert emitted
    assert (emitted.event.name, emitted.event.data, emitted.event.chain) == ("follow_up", {"n": 1}, ["emits"])
    assert (emitted.event.connection, emitted.event.generation, emitted.status) == ("desk", "g3", "done")


async def test_an_event_may_be_emitted_for_later(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    at = datetime.now(UTC) + timedelta(hours=1)
    shop.rule("emits", EMIT % f", at: '{at.isoformat()}'")
    shop.rule("hears", HEARS)
    event = await shop.post(an_event())
    await shop.work()
    assert poke.seen == []
    batch = await shop.store.queue.claim("w", ALL_LANES)
    assert batch.next_due == pytest.approx(3600, abs=2)
    await shop.hurry()
    await shop.work()
    assert poke.seen == ["+31612340001"]
    emitted = await shop.store.events.get(emitted_id(event, f"{event.id}/emits/e"))
    assert emitted
    assert emitted.event.received_at == at


@pytest.mark.parametrize("at", [None, "2020-01-01T00:00:00+00:00"])
async def test_emitting_again_emits_once(shop: Shop, at: str | None) -> None:
    event = await shop.post(an_event())
    emitter = EventEmitter(shop.store, event, "rule")
    ids = {await emitter.emit("follow_up", {}, at, "op") for _ in range(3)}
    assert len(ids) == 1
    assert await emitter.emit("follow_up", {}, at, "another op") not in ids
    assert await shop.store.events.count() == 3


async def test_rules_that_call_each_other_end(shop: Shop) -> None:
    event = an_event(chain=["a", "b"] * (LONGEST_CHAIN // 2))
    with pytest.raises(Invalid, match="loop: a → b"):
        await EventEmitter(shop.store, event, "a").emit("again", {}, None, "op")
    assert await shop.store.events.count() == 0


async def test_a_loop_of_rules_is_a_dead_letter_and_stands_still(shop: Shop) -> None:
    shop.rule("starts", EMIT % "")
    shop.rule("loops", "on: { event: follow_up }\nsteps: [{ action: emit, with: { event: follow_up } }]\n")
    await shop.post(an_event())
    await shop.work()
    assert await shop.store.events.count() == LONGEST_CHAIN + 1
    assert [letter.rule for letter in await shop.letters()] == ["loops"]


def test_an_emitted_id_looks_like_any_other() -> None:
    event = an_event()
    own = emitted_id(event, "op")
    assert len(own) == len(event.id)
    assert own[:16] == event.id[:16]
    assert own != emitted_id(event, "other")


# --- bugs -------------------------------------------------------------------------------------------------------------


def raised() -> Exception:
    try:
        raise KeyError("+31612340001")
    except KeyError as error:
        return error


async def test_a_bug_in_an_action_is_one_line(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "workers.toolbox")
    toolbox(shop, an_event()).report_bug(raised(), "call.say")
    line = caplog.records[0].__dict__
    assert len(caplog.records) == 1
    assert (line["action"], line["error"], line["exc_info"]) == ("call.say", "KeyError", None)
    assert line["at"].partition("test_toolbox.py:")[2].isdigit()
    assert "+31612340001" not in caplog.text


async def test_who_debugs_sees_the_whole_traceback(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "workers.toolbox")
    error = raised()
    toolbox(shop, an_event()).report_bug(error, "call.say")
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [error]


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert place_of(KeyError()) == ""


async def test_notifications_reach_what_http_requests_reach() -> None:
    clients = Clients.allowing(["127.0.0.1"])
    assert clients.notifier.allow == ["127.0.0.1"]
    await clients.close()
    with pytest.raises(ValueError, match="neither a host"):
        Clients.allowing(["http://crm.internal"])
