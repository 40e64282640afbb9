"""Every endpoint of Fluents' API: a client method asks it, the sandbox answers it, and refusals are understood."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import httpx
import pytest

from console.sandbox.app import FLUENTS_BASE
from console.sandbox.platforms.fluents import calls as fluents_calls
from console.sandbox.platforms.fluents import dnc as fluents_dnc
from console.sandbox.platforms.fluents import rest as fluents
from console.sandbox.platforms.fluents import saved as fluents_saved
from console.sandbox.platforms.fluents import seed as fluents_seed
from console.sandbox.state import Sandbox
from tests.contract import endpoints
from tests.contract.endpoints import broken_session, played, playing, session
from tests.workers.clients.support import context
from workers.actions.base import ActionContext
from workers.clients.errors import AuthFailed, Invalid, NotFound
from workers.clients.fluents.client import Fluents

MAIN, MAIN_ID = "+31850000001", "0d3f9f0e-7a01-4c0e-9c55-000000000101"
NOBODY = "+31850009999"
AGENT, NIGHT = fluents_seed.FLUENTS_DAY_AGENT, fluents_seed.FLUENTS_NIGHT_AGENT
CARRIER, CALL = fluents_seed.FLUENTS_CARRIER, fluents_seed.FLUENTS_PAST_CALL
BUY = {"phone_number": "+31852000003", "telephony_provider": "twilio", "telephony_account_connection": CARRIER}
IMPORT = {"phone_number": fluents_seed.FLUENTS_CARRIED, "telephony_account_connection": CARRIER}
ORDER = {
    "to_number": "+31612340001",
    "from_number": MAIN,
    "agent_phone_number": MAIN,
    "agent": AGENT,
    "telephony_provider": "twilio",
    "context": {"first_name": "Ada"},
    "is_outgoing": True,
}
NEW_AGENT = {"name": "Third desk", "prompt": fluents_seed.FLUENTS_PROMPT, "voice": fluents_seed.FLUENTS_VOICE}
ODD = {"no_such_field": 1}


@dataclass(frozen=True)
class Endpoint(endpoints.Endpoint):
    """One endpoint, and with which status it answers."""

    status: int = 200
    unknown: tuple[Any, ...] | None = None
    """Arguments for which 404 is documented."""
    bad: tuple[Any, ...] | None = None
    """Arguments for which 400 is documented."""


def saved(name: str, path: str, key: str, new: Mapping[str, Any], removable: bool = True) -> list[Endpoint]:
    """What is shown, listed, made, changed and removed like most."""
    known = [
        Endpoint(f"{name}.get", "GET", f"/{path}", (key,), unknown=("none",)),
        Endpoint(f"{name}.all", "GET", f"/{path}/list"),
        Endpoint(f"{name}.create", "POST", f"/{path}/create", (new,), 201, bad=({},), twice=False),
        Endpoint(
            f"{name}.update",
            "POST",
            f"/{path}/update",
            (key, {"label": "New"}),
            201,
            unknown=("none", {"label": "New"}),
            bad=None if name == "voices" else (key, ODD),
        ),
    ]
    gone = Endpoint(f"{name}.delete", "DELETE", f"/{path}/delete", (key,), unknown=("none",), twice=False)
    return [*known, gone] if removable else known


ENDPOINTS = [
    Endpoint("numbers.all", "GET", "/numbers/list"),
    Endpoint("numbers.get", "GET", "/numbers", (MAIN,), unknown=(NOBODY,)),
    Endpoint("numbers.available", "GET", "/numbers/available", ("twilio", CARRIER, 5), unknown=("twilio", "none", 5)),
    Endpoint(
        "numbers.buy",
        "POST",
        "/numbers/buy",
        (BUY,),
        201,
        unknown=({**BUY, "phone_number": NOBODY},),
        bad=({"phone_number": NOBODY},),
        twice=False,
    ),
    Endpoint(
        "numbers.update",
        "POST",
        "/numbers/update",
        (MAIN, "", {"label": "New"}),
        201,
        unknown=(NOBODY, "", {"label": "New"}),
        bad=(MAIN, MAIN_ID, ODD),
    ),
    Endpoint("numbers.cancel", "POST", "/numbers/cancel", (MAIN, ""), 201, unknown=(NOBODY, ""), twice=False),
    Endpoint(
        "numbers.take_over",
        "POST",
        "/numbers/link",
        (IMPORT,),
        201,
        unknown=({**IMPORT, "phone_number": NOBODY},),
        bad=({"phone_number": NOBODY},),
        twice=False,
    ),
    Endpoint("numbers.detach", "POST", "/numbers/detach", (MAIN, ""), 201, unknown=(NOBODY, ""), twice=False),
    *saved("agents", "agents", NIGHT, NEW_AGENT | {"actions": []}),
    *saved("prompts", "prompts", fluents_seed.FLUENTS_PROMPT, {"content": "Be brief."}),
    *saved("actions", "actions", fluents_seed.FLUENTS_ACTION, {"type": "action_end_conversation", "config": {}}),
    *saved(
        "webhooks",
        "webhooks",
        fluents_seed.FLUENTS_WEBHOOK,
        {"url": "https://hooks.example.com/x", "subscriptions": ["event_error"]},
    ),
    *saved("voices", "voices", fluents_seed.FLUENTS_VOICE, {"type": "voice_azure"}),
    *saved(
        "connections",
        "account_connections",
        CARRIER,
        {"type": "account_connection_telnyx", "credentials": {"key": "k"}},
        removable=False,
    ),
    Endpoint(
        "connections.add_to_pool",
        "POST",
        "/account_connections/add_to_steering_pool",
        (CARRIER, MAIN),
        unknown=("none", MAIN),
    ),
    Endpoint(
        "connections.remove_from_pool",
        "POST",
        "/account_connections/remove_from_steering_pool",
        (CARRIER, MAIN),
        unknown=("none", MAIN),
    ),
    Endpoint(
        "calls.create",
        "POST",
        "/calls/create",
        (ORDER, {"on_no_human_answer": "hangup"}),
        201,
        unknown=({**ORDER, "agent": "none"}, {}),
        bad=(ORDER, ODD),
        twice=False,
    ),
    Endpoint("calls.get", "GET", "/calls", (CALL,), unknown=("none",)),
    Endpoint("calls.all", "GET", "/calls/list"),
    Endpoint("calls.since", "GET", "/calls/list", (datetime(2026, 3, 2, tzinfo=UTC),)),
    Endpoint("calls.end", "POST", "/calls/end", (CALL,), unknown=("none",), twice=False),
    Endpoint("calls.recording", "GET", "/calls/recording", (CALL,), unknown=("none",)),
    Endpoint("usage", "GET", "/usage"),
    Endpoint("do_not_call.all", "GET", "/dnc_numbers/list", ("user",), bad=("everybody",)),
    Endpoint("do_not_call.add", "POST", "/dnc_numbers/create", ({"phoneNumber": NOBODY},), 201, bad=({},)),
    Endpoint("do_not_call.add_all", "POST", "/dnc_numbers/bulk", ([{"phoneNumber": NOBODY}],), 201, bad=([{}],)),
]
every = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.asks)


@dataclass
class Beside:
    """The client and the sandbox it asks."""

    sandbox: Sandbox
    client: Fluents
    http: httpx.AsyncClient
    recorder: ActionContext
    headers: Mapping[str, str] = field(default_factory=lambda: {"Authorization": "Bearer fluents_sandbox"})

    async def ask(self, endpoint: Endpoint, args: tuple[Any, ...]) -> Any:
        return await attrgetter(endpoint.asks)(self.client)(*args)


@asynccontextmanager
async def beside(key: str = "fluents_sandbox", **options: Any) -> AsyncIterator[Beside]:
    async with playing(**options) as (sandbox, http):
        recorder = context(http, "fluents")
        yield Beside(sandbox, Fluents(session(http, FLUENTS_BASE, key, recorder)), http, recorder)


def test_the_sandbox_plays_these_endpoints_and_no_others() -> None:
    routes = [*fluents.ROUTES, *fluents_saved.SAVED_ROUTES, *fluents_calls.CALL_ROUTES, *fluents_dnc.DNC_ROUTES]
    found = played(routes)
    assert len(found) == len(set(found))
    assert set(found) == {(each.method, each.path) for each in ENDPOINTS}


async def test_the_client_asks_these_endpoints_and_no_others() -> None:
    async with beside() as around:
        parts = {name: part for name, part in vars(around.client).items() if not name.startswith("_")}
        methods = {
            f"{name}.{method}"
            for name, part in parts.items()
            for method in dir(part)
            if not method.startswith("_") and method != "recording_url"
        }
    assert methods | {"usage"} == {each.asks for each in ENDPOINTS}


@every
async def test_it_is_asked_as_documented(endpoint: Endpoint) -> None:
    async with beside() as around:
        await around.ask(endpoint, endpoint.args)
        (seen,) = around.sandbox.ledger
    assert (seen.method, seen.path, seen.status) == (endpoint.method, FLUENTS_BASE + endpoint.path, endpoint.status)


@every
async def test_it_is_asked_as_second_hand_documents_say(endpoint: Endpoint) -> None:
    """Numbers by their id, lists without required parameters, and 200 for everything."""
    async with beside(fluents_number_key="id", fluents_form="older", fluents_statuses="older") as around:
        await around.ask(endpoint, endpoint.args)
        seen = list(around.sandbox.ledger)[-1]
    assert (seen.path, seen.status) == (FLUENTS_BASE + endpoint.path, 200)


@every
@pytest.mark.parametrize("shape", ["text", "list", "detail"])
async def test_its_documented_refusals_are_understood(endpoint: Endpoint, shape: str) -> None:
    for args, kind, says in (
        (endpoint.unknown, NotFound, "not found"),
        (endpoint.bad, Invalid, "should not|must be"),
    ):
        if args is None:
            continue
        async with beside(fluents_error_shape=shape) as around:
            with pytest.raises(kind, match=says):
                await around.ask(endpoint, args)


@every
async def test_it_refuses_what_lacks_everything(endpoint: Endpoint) -> None:
    if endpoint.asks == "usage":
        pytest.skip("it needs nothing")
    async with beside() as around:
        answer = await around.http.request(
            endpoint.method, FLUENTS_BASE + endpoint.path, headers=around.headers, json={}
        )
    assert answer.status_code in (400, 404)
    assert answer.json()["statusCode"] == answer.status_code


@every
async def test_it_wants_the_key_of_the_environment(endpoint: Endpoint) -> None:
    async with beside(key="another") as around:
        with pytest.raises(AuthFailed):
            await around.ask(endpoint, endpoint.args)


@every
async def test_a_broken_answer_is_in_doubt_where_it_matters(endpoint: Endpoint) -> None:
    with pytest.raises(endpoint.broken):
        await attrgetter(endpoint.asks)(Fluents(broken_session()))(*endpoint.args)


@every
async def test_no_credential_is_written_down(endpoint: Endpoint) -> None:
    async with beside() as around:
        await around.ask(endpoint, endpoint.args)
        written = str(around.recorder.exchanges)
    for secret in (
        "example-token",
        "example-voice-key",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "fluents_sand",
    ):
        assert secret not in written
