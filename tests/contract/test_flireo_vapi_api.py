"""Every endpoint of Flireo's and of Vapi's API: a client method asks it, the sandbox answers it, refusals are read.

Endpoints that need a call in progress are asked in the sandbox's and the clients' own tests; here they are asked for a
call that is not there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

import httpx
import pytest

from console.sandbox import seed
from console.sandbox.app import FLIREO_BASE, FLIREO_FIRST_BASE, VAPI_BASE
from console.sandbox.platforms.flireo import calls as flireo_calls
from console.sandbox.platforms.flireo import first as flireo_first
from console.sandbox.platforms.flireo import groups as flireo_groups
from console.sandbox.platforms.flireo import rest as flireo
from console.sandbox.platforms.vapi import calls as vapi_calls
from console.sandbox.platforms.vapi import rest as vapi
from console.sandbox.state import Sandbox
from tests.console.sandbox.platforms.flireo.test_groups import NEW as NEW_GROUP
from tests.contract import endpoints
from tests.contract.endpoints import broken_session, none, played, playing, session
from workers.clients.base import ApiClient, Session
from workers.clients.errors import ApiError, AuthFailed, Conflict, Invalid, NotFound
from workers.clients.flireo.first import FlireoFirst
from workers.clients.flireo.later import FlireoLater
from workers.clients.vapi.client import CallFile, VapiApi

NOBODY = "0d3f9f0e-7a01-4c0e-9c55-0000000000ee"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Endpoint(endpoints.Endpoint):
    """One endpoint of one of the APIs."""

    api: str = ""
    fails: type[ApiError] | None = None
    """What the arguments themselves come to, where they cannot succeed here."""


def first(asks: str, method: str, path: str, *args: Any, **more: Any) -> Endpoint:
    return Endpoint(asks, method, path, args, "g1", **more)


def later(asks: str, method: str, path: str, *args: Any, **more: Any) -> Endpoint:
    return Endpoint(asks, method, path, args, "g3", **more)


def of_vapi(asks: str, method: str, path: str, *args: Any, **more: Any) -> Endpoint:
    return Endpoint(asks, method, path, args, "vapi", **more)


LINK = "/assistants/{id}/phone-number"
GROUP = "/verification-groups/{id}"
ENDPOINTS = [
    first("assistant_number", "GET", LINK, seed.DAY_DESK, refuses=(none(NOBODY),)),
    first(
        "link", "POST", LINK, seed.DAY_DESK, seed.FREE_NUMBER,
        refuses=(
            none(NOBODY, seed.FREE_NUMBER),
            none(seed.DAY_DESK, NOBODY),
            ((seed.DAY_DESK, "12"), Invalid),
            ((seed.DAY_DESK, seed.OVERFLOW_NUMBER), Conflict),
            ((seed.DAY_DESK, seed.FOREIGN_NUMBER), AuthFailed),
        ),
    ),
    first("unlink", "DELETE", LINK, seed.DAY_DESK, refuses=(none(NOBODY),)),
    first("numbers", "GET", "/phone-numbers"),
    first("available", "GET", "/phone-numbers/available", "mobile", "", 5, refuses=((("local",), Invalid),)),
    first(
        "order", "POST", "/phone-numbers", {"phone_number": "+31851000003"}, twice=False,
        refuses=(none({"phone_number": "+31850000000"}), (({"phone_number": "+31207000001"},), Invalid)),
    ),
    first("orders", "GET", "/phone-number-orders", "pending", NOBODY, "local"),
    first("order_placed", "GET", "/phone-number-orders/{id}", "o", fails=NotFound),
    first(
        "create_group", "POST", "/verification-groups", NEW_GROUP, twice=False,
        refuses=((({"name": "x"},), Invalid),),
    ),
    first("groups", "GET", "/verification-groups", "approved", "local"),
    first("group", "GET", GROUP, seed.APPROVED_GROUP, refuses=(none(NOBODY),)),
    first("group_numbers", "GET", f"{GROUP}/available-phone-numbers", seed.APPROVED_GROUP, refuses=(none(NOBODY),)),
    first(
        "order_in_group", "POST", f"{GROUP}/order-number", seed.APPROVED_GROUP, "+31207000001", twice=False,
        refuses=(none(NOBODY, "+31207000001"), ((seed.WAITING_GROUP, "+31207000001"), Invalid)),
    ),
    later("numbers", "GET", "/numbers"),
    later(
        "create_number", "POST", "/numbers", {"phone_number": "+31850000077"}, twice=False,
        refuses=(
            (({},), Invalid),
            (({"phone_number": "+31850000001"},), Conflict),
            none({"phone_number": "+31850000078", "agent_id": NOBODY}),
        ),
    ),
    later("number", "GET", "/numbers/{id}", seed.MAIN_NUMBER, refuses=(none(NOBODY),)),
    later(
        "update_number", "PATCH", "/numbers/{id}", seed.MAIN_NUMBER, {"agent_id": None},
        refuses=(none(NOBODY, {}), ((seed.MAIN_NUMBER, {"odd": 1}), Invalid)),
    ),
    later("delete_number", "DELETE", "/numbers/{id}", seed.MAIN_NUMBER, refuses=(none(NOBODY),), twice=False),
    later("assistants", "GET", "/assistants"),
    later("create_assistant", "POST", "/assistants", {"name": "x"}, refuses=((({},), Invalid),), twice=False),
    later("assistant", "GET", "/assistants/{id}", seed.DAY_DESK, refuses=(none(NOBODY),)),
    later(
        "update_assistant", "PATCH", "/assistants/{id}", seed.DAY_DESK, {"name": "x"},
        refuses=(none(NOBODY, {}), ((seed.DAY_DESK, {"odd": 1}), Invalid)),
    ),
    later("delete_assistant", "DELETE", "/assistants/{id}", seed.DAY_DESK, refuses=(none(NOBODY),), twice=False),
    later(
        "call_out", "POST", "/calls/outbound", seed.DAY_DESK, {"destination": "+31612340001"}, twice=False,
        refuses=(none(NOBODY, {"destination": "+31612340001"}), ((seed.DAY_DESK, {}), Invalid)),
    ),
    later("calls", "GET", "/calls", {"status": "ended"}, 10),
    later("calls_since", "GET", "/calls", BEGIN),
    later("call", "GET", "/calls/{id}", "c", fails=NotFound),
    later("inject_context", "POST", "/calls/{id}/control", "c", "x", True, fails=NotFound, twice=False),
    later("say", "POST", "/calls/{id}/control", "c", "x", False, fails=NotFound, twice=False),
    later("end_call", "POST", "/calls/{id}/control", "c", fails=NotFound, twice=False),
    later("transfer", "POST", "/calls/{id}/control", "c", "+31850000099", fails=NotFound, twice=False),
    of_vapi("numbers", "GET", "/phone-number"),
    of_vapi("numbers_found", "GET", "/v2/phone-number", "+3185"),
    of_vapi("create_number", "POST", "/phone-number", {"provider": "vapi"}, twice=False),
    of_vapi("number", "GET", "/phone-number/{id}", seed.VAPI_MAIN_NUMBER, refuses=(none(NOBODY),)),
    of_vapi(
        "update_number", "PATCH", "/phone-number/{id}", seed.VAPI_MAIN_NUMBER, {"assistantId": None},
        refuses=(none(NOBODY, {}), ((seed.VAPI_MAIN_NUMBER, {"assistantId": NOBODY}), Invalid)),
    ),
    of_vapi(
        "delete_number", "DELETE", "/phone-number/{id}", seed.VAPI_MAIN_NUMBER, twice=False, refuses=(none(NOBODY),)
    ),
    of_vapi("assistants", "GET", "/assistant"),
    of_vapi("create_assistant", "POST", "/assistant", {"name": "x"}, twice=False, refuses=((({"name": 3},), Invalid),)),
    of_vapi("assistant", "GET", "/assistant/{id}", seed.VAPI_DAY_DESK, refuses=(none(NOBODY),)),
    of_vapi(
        "update_assistant", "PATCH", "/assistant/{id}", seed.VAPI_DAY_DESK, {"name": "x"}, refuses=(none(NOBODY, {}),)
    ),
    of_vapi(
        "delete_assistant", "DELETE", "/assistant/{id}", seed.VAPI_DAY_DESK, twice=False,
        refuses=(none(NOBODY), ((seed.VAPI_NIGHT_DESK,), Conflict)),
    ),
    of_vapi(
        "create_call", "POST", "/call",
        {
            "assistantId": seed.VAPI_DAY_DESK,
            "phoneNumberId": seed.VAPI_MAIN_NUMBER,
            "customer": {"number": "+31612340001"},
        },
        twice=False, refuses=((({},), Invalid),),
    ),
    of_vapi("call", "GET", "/call/{id}", "c", fails=NotFound),
    of_vapi("calls", "GET", "/call", {"assistantId": NOBODY}, 10),
    of_vapi("calls_since", "GET", "/call", BEGIN),
    of_vapi("rename_call", "PATCH", "/call/{id}", "c", "x", fails=NotFound),
    of_vapi("delete_call", "DELETE", "/call/{id}", "c", fails=NotFound, twice=False),
    of_vapi("delete_calls", "DELETE", "/call/{id}", ["c", "d"], twice=False),
    *(of_vapi("call_file", "GET", f"/call/{{id}}/{file}", "c", file, fails=NotFound) for file in get_args(CallFile)),
]  # fmt: skip
every = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.api}.{each.asks}")

BASES = {"g1": FLIREO_FIRST_BASE, "g2": FLIREO_BASE, "g3": FLIREO_BASE, "vapi": VAPI_BASE}
KEYS = {"g1": "fl_live_sandbox_g1", "g2": "fl_live_sandbox", "g3": "fl_live_sandbox", "vapi": "vapi_sandbox"}
CLIENTS: dict[str, type[ApiClient]] = {"g1": FlireoFirst, "g3": FlireoLater, "vapi": VapiApi}
ROUTES = {
    "g1": [*flireo_first.ROUTES, *flireo_groups.GROUP_ROUTES],
    "g3": [*flireo.ROUTES, *flireo_calls.CALL_ROUTES],
    "vapi": [*vapi.ROUTES, *vapi_calls.CALL_ROUTES],
}


def client(api: str, session: Session) -> Any:
    if api == "g1":
        return FlireoFirst(session)
    return VapiApi(session) if api == "vapi" else FlireoLater(session, "g2" if api == "g2" else "g3")


@asynccontextmanager
async def beside(api: str, key: str = "", **options: Any) -> AsyncIterator[tuple[Any, Sandbox]]:
    """The client and the sandbox it asks."""
    urls = {"g3_url": "http://nowhere.test/hook", "vapi_url": "http://nowhere.test/hook"}
    async with playing(httpx.MockTransport(lambda _: httpx.Response(500)), **urls | options) as (sandbox, http):
        yield client(api, session(http, BASES[api], key or KEYS[api])), sandbox


async def ask(around: Any, endpoint: Endpoint, args: tuple[Any, ...] | None = None) -> Any:
    return await getattr(around, endpoint.asks)(*(endpoint.args if args is None else args))


@pytest.mark.parametrize("api", ROUTES)
def test_the_sandbox_plays_these_endpoints_and_no_others(api: str) -> None:
    routes = {(method, path) for method, path in played(ROUTES[api]) if not path.startswith("/agents")}
    assert routes == {(each.method, each.path) for each in ENDPOINTS if each.api == api}


@pytest.mark.parametrize("api", ROUTES)
def test_the_client_asks_these_endpoints_and_no_others(api: str) -> None:
    own = {name for name in vars(CLIENTS[api]) if callable(vars(CLIENTS[api])[name]) and not name.startswith("_")}
    assert own == {each.asks for each in ENDPOINTS if each.api == api}


@every
async def test_it_is_asked_as_documented(endpoint: Endpoint) -> None:
    async with beside(endpoint.api) as (around, sandbox):
        if endpoint.fails:
            with pytest.raises(endpoint.fails):
                await ask(around, endpoint)
        else:
            await ask(around, endpoint)
        seen = list(sandbox.ledger)[-1]
    begin, _, end = endpoint.path.partition("{id}")
    assert seen.method == endpoint.method
    assert seen.path.startswith(BASES[endpoint.api] + begin)
    assert seen.path.endswith(end)
    assert "/" not in seen.path.removeprefix(BASES[endpoint.api] + begin).removesuffix(end).strip("/")


@pytest.mark.parametrize("endpoint", [each for each in ENDPOINTS if each.api == "g3"], ids=lambda each: each.asks)
async def test_generation_two_has_the_same_endpoints_in_its_word(endpoint: Endpoint) -> None:
    async with beside("g2", g2_url="http://nowhere.test/hook", flireo_outbound_generation="g2") as (around, sandbox):
        if endpoint.fails:
            with pytest.raises(endpoint.fails):
                await ask(around, endpoint)
        else:
            await ask(around, endpoint)
        seen = list(sandbox.ledger)[-1]
    assert "/assistants" not in seen.path


@every
@pytest.mark.parametrize("shape", ["flat", "object"])
async def test_its_documented_refusals_are_understood(endpoint: Endpoint, shape: str) -> None:
    for args, kind in endpoint.refuses:
        async with beside(endpoint.api, flireo_error_shape=shape) as (around, _):
            with pytest.raises(kind) as caught:
                await ask(around, endpoint, args)
            assert type(caught.value) is kind, args


@every
async def test_a_wrong_key_is_told(endpoint: Endpoint) -> None:
    async with beside(endpoint.api, key="wrong") as (around, _):
        with pytest.raises(AuthFailed):
            await ask(around, endpoint)


@every
async def test_a_broken_answer_is_asked_for_again_only_where_that_is_safe(endpoint: Endpoint) -> None:
    with pytest.raises(endpoint.broken):
        await ask(client(endpoint.api, broken_session()), endpoint)
