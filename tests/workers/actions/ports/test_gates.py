from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.workers.clients.support import KEY, Limits, Platform, connection, context, refused
from workers.actions.base import ActionContext
from workers.actions.ports.fluents import FluentsPort
from workers.actions.ports.gates import InnerGate, call_gate, key_gate
from workers.actions.ports.opencx import OpenCxPort
from workers.clients.errors import Held, RateLimited


def asking(limits: Limits, waited_for: bool = False) -> ActionContext:
    own = context(httpx.AsyncClient(), limiter=limits)
    own.waited_for = waited_for
    return own


@pytest.mark.parametrize(("waited_for", "places", "who"), [(True, 100, ""), (False, 80, "evt_1/rule/step")])
async def test_callers_who_wait_come_before_work_nobody_waits_for(waited_for: bool, places: int, who: str) -> None:
    limits = Limits()
    await key_gate(asking(limits, waited_for), "OpenCX", KEY, 100).enter()
    ((name, limit, window),) = limits.asked
    assert (limit, window) == (places, 60.0)
    assert limits.names == [who]
    assert name.startswith("opencx:key:")
    assert KEY not in name


async def test_what_has_begun_goes_on_with_the_whole_limit() -> None:
    limits = Limits()
    own = asking(limits)
    own.record({"method": "GET"})
    await key_gate(own, "OpenCX", KEY, 100).enter()
    assert (limits.asked[0][1], limits.names) == (100, [""])


async def test_without_a_documented_limit_nothing_is_counted() -> None:
    limits = Limits()
    await key_gate(asking(limits), "Fluents", KEY, 0).enter()
    assert limits.asked[0][1] == 0


async def test_who_gets_no_place_is_told_for_how_long() -> None:
    with pytest.raises(Held, match=r"OpenCX's 100 requests a minute for another 7\.5 s; nothing was sent") as caught:
        await key_gate(asking(Limits(wait=7.5)), "OpenCX", KEY, 100).enter()
    assert caught.value.retry_after == 7.5


async def test_commands_into_a_call_are_counted_alike_whoever_waits() -> None:
    limits = Limits()
    await call_gate(asking(limits), "Flireo", "call-9", 10).enter()
    await call_gate(asking(limits, True), "Flireo", "call-9", 10).enter()
    assert limits.asked == [("flireo:control:call-9", 10, 60.0)] * 2


@pytest.mark.parametrize(("said", "rests"), [(None, 5.0), (2.5, 2.5), (86_400.0, 600.0)])
async def test_a_key_rests_as_long_as_the_platform_asks_within_reason(said: float | None, rests: float) -> None:
    limits = Limits()
    gate = key_gate(asking(limits), "OpenCX", KEY, 100)
    await gate.rest(said)
    assert limits.rests == {gate.name: rests}


async def test_no_rest_is_none() -> None:
    limits = Limits()
    await key_gate(asking(limits), "OpenCX", KEY, 100).rest(0.0)
    assert limits.rests == {}


async def test_of_two_limits_both_are_passed_and_the_inner_one_rests() -> None:
    limits = Limits()
    own = asking(limits)
    gate = InnerGate(call_gate(own, "Flireo", "c", 10), key_gate(own, "Flireo", KEY, 100))
    await gate.enter()
    await gate.rest(3.0)
    assert [name.split(":")[1] for name, _, _ in limits.asked] == ["control", "key"]
    assert limits.rests == {"flireo:control:c": 3.0}


@pytest.mark.parametrize(("provider", "port"), [("opencx", OpenCxPort), ("fluents", FluentsPort)])
async def test_a_429_lets_the_key_rest(provider: str, port: Any) -> None:
    limits = Limits()
    answer = refused(429, {"error": "rate_limit_exceeded"}, {"Retry-After": "17"})
    platform = Platform({"GET /phone": answer, "GET /v1/agents/list": answer})
    with pytest.raises(RateLimited) as caught:
        await port(context(platform.client(), to=connection(provider), limiter=limits)).agent_list()
    assert not isinstance(caught.value, Held)
    assert list(limits.rests.values()) == [17.0]
