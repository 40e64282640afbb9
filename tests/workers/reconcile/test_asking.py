from __future__ import annotations

import pytest

from store.event import Event
from tests.workers.clients.support import Limits
from tests.workers.support import Shop, front_desk
from workers.actions.base import ActionContext
from workers.clients.errors import Held, Invalid, Unsupported
from workers.reconcile.asking import EACH, EachTime, PatientLimiter, call_list, context_of
from workers.reconcile.lists.flireo import FlireoCalls

CALL = {"id": "c1", "status": "ended", "started_at": "2026-03-02T09:00:00Z", "messages": []}


class Turns(Limits):
    """Nobody passes before the third time."""

    async def wait_for(self, key: str, limit: int, window: float, who: str = "") -> float:
        await super().wait_for(key, limit, window, who)
        return 0.001 if len(self.asked) < 3 else 0.0


def asking(shop: Shop, *, patient: bool, generation: str = "g3", provider: str = "flireo") -> ActionContext:
    connection = front_desk(generation=generation or "auto", provider=provider)
    event = Event(connection="desk", provider=provider, generation=generation)
    return context_of(shop.desk, connection, event, "reconcile/desk", lambda: None, patient=patient)


def test_each_request_has_its_own_time() -> None:
    deadline = EachTime(3.0)
    assert (deadline.left(), deadline.left()) == (3.0, 3.0)


async def test_patience_waits_in_place_and_comes_to_an_end() -> None:
    turns = Turns()
    assert await PatientLimiter(turns).wait_for("key", 80, 60.0, "who") == 0.0
    assert turns.names == ["who"] * 3
    assert await PatientLimiter(Limits(wait=5.0), patience=4.0).wait_for("key", 80, 60.0) == 5.0
    await PatientLimiter(turns).rest("key", 2.0)
    assert turns.rests == {"key": 2.0}


async def test_a_comparison_stands_in_line_for_each_request_and_keeps_nothing(shop: Shop) -> None:
    shop.platform.routes |= {"GET /calls/c1": CALL, "GET /calls/c2": CALL}
    context = asking(shop, patient=True)
    limits = Limits()
    context.limiter = limits
    calls = call_list(context)
    assert isinstance(calls, FlireoCalls)
    for call in ("c1", "c2"):
        assert (await calls.call(call)).over
    assert context.exchanges == []
    assert [limit for _, limit, _ in limits.asked] == [80, 80]
    assert limits.names == ["reconcile/desk"] * 2


async def test_completing_records_what_was_asked_and_does_not_wait(shop: Shop) -> None:
    shop.platform.routes |= {"GET /calls/c1": CALL}
    context = asking(shop, patient=False)
    await call_list(context).call("c1")
    assert context.exchanges[0].sent["url"].endswith("/calls/c1")
    held = asking(shop, patient=False)
    held.limiter = Limits(wait=9.0)
    with pytest.raises(Held):
        await call_list(held).call("c1")
    assert context.timeout == EACH


def test_who_cannot_be_asked(shop: Shop) -> None:
    for generation, why in (("g1", "no list of calls"), ("", "generation")):
        with pytest.raises(Unsupported, match=why):
            call_list(asking(shop, patient=True, generation=generation))
    with pytest.raises(Unsupported, match="nothing is known"):
        call_list(asking(shop, patient=True, provider="generic"))
    keyless = asking(shop, patient=True)
    keyless.connection = front_desk(api=None, generation="g3")
    with pytest.raises(Invalid, match="has no `api:`"):
        call_list(keyless)
