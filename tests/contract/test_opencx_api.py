"""Every endpoint of OpenCX's API: a client method asks it, the sandbox answers it, and refusals are understood."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from console.sandbox.app import OPENCX_BASE
from console.sandbox.platforms.opencx import automation as opencx_automation
from console.sandbox.platforms.opencx import rest as opencx
from console.sandbox.platforms.opencx import seed as opencx_seed
from console.sandbox.platforms.opencx import sessions as opencx_sessions
from console.sandbox.state import Sandbox
from tests.contract.endpoints import Endpoint, bad, broken_session, none, played, playing, session
from tests.workers.clients.support import context
from workers.actions.base import ActionContext
from workers.clients.errors import AuthFailed
from workers.clients.opencx.client import OpenCx

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
AGENT, FOREIGN = "agent_1", "agent_8"
DESTINATION, SESSION, RUN = "{destination}", "{session}", "{run}"
"""Stand for the ids of things that are made before an endpoint is asked, since none is there after a reset."""
WHERE = {"name": "Desk", "type": "phone", "value": "+31850000009"}
TRUNK = {
    "name": "Out",
    "host": "sip.example.com",
    "username": "u",
    "password": "example-trunk-password",
    "caller_number": "+31850000001",
}
ORDER = {"phoneAgentId": AGENT, "contact": {"phoneNumber": "+31612340001"}}
WORKFLOW = {"name": "Refund", "trigger_type": "webhook", "workflow_blocks": []}
ACTION = {"name": "opening_hours", "api_endpoint": "https://hooks.example.com/tools/opening_hours"}
ODD = {"no_such_field": 1}


def of(asks: str, method: str, path: str, *args: Any, **more: Any) -> Endpoint:
    return Endpoint(asks, method, path, args, **more)


SIP, CHAT = "/phone/sip", "/chat/sessions"
ENDPOINTS = [
    of("agents", "GET", "/phone"),
    of("agent", "GET", "/phone", AGENT, refuses=(none("none"), none(FOREIGN))),
    of("create_agent", "POST", "/phone", {"name": "x"}, twice=False, refuses=(bad({}), bad(ODD))),
    of(
        "update_agent", "PATCH", "/phone/{id}", AGENT, {"first_message": "Hi"},
        refuses=(none("none", {}), bad(AGENT, ODD), bad(AGENT, {"language": "nl"}), ((FOREIGN, {}), AuthFailed)),
    ),
    of("delete_agent", "DELETE", "/phone/{id}", AGENT, refuses=(none("none"), ((FOREIGN,), AuthFailed))),
    of("voices", "GET", "/phone/voices"),
    of(
        "call_out", "POST", "/phone/outbound-call", ORDER, twice=False,
        refuses=(bad({}), bad({"phoneAgentId": AGENT}), none({**ORDER, "phoneAgentId": FOREIGN})),
    ),
    of(
        "put_inbound_trunk", "POST", f"{SIP}/inbound-trunk", {"phone_numbers": ["+31850000001"]}, twice=False,
        refuses=(bad(ODD),),
    ),
    of("remove_inbound_number", "DELETE", f"{SIP}/inbound-trunk/phone-numbers/{{id}}", "+31850000001"),
    of(
        "create_outbound_trunk", "POST", f"{SIP}/outbound-trunks", TRUNK, twice=False,
        refuses=(bad({}), bad({**TRUNK, "port": "5060"})),
    ),
    of(
        "create_destination", "POST", f"{SIP}/transfer-destinations", WHERE, twice=False,
        refuses=(bad({}), bad({**WHERE, "type": "fax"})),
    ),
    of(
        "replace_destination", "PUT", f"{SIP}/transfer-destinations/{{id}}", DESTINATION, WHERE,
        refuses=(none("none", WHERE), bad(DESTINATION, {})),
    ),
    of(
        "attach_destination", "POST", f"{SIP}/agents/{{id}}/transfer-destinations", AGENT, DESTINATION,
        refuses=(none(AGENT, "none"), none("none", DESTINATION), ((FOREIGN, DESTINATION), AuthFailed)),
    ),
    of("sessions", "GET", CHAT, {"status": "open"}),
    of("calls_since", "GET", CHAT, BEGIN),
    of("filtered_sessions", "POST", f"{CHAT}/filter", {}),
    of("session", "GET", f"{CHAT}/{{id}}", SESSION, refuses=(none("none"),)),
    of("create_session", "POST", CHAT, {"channel": {"type": "api"}}, twice=False, refuses=(bad(ODD),)),
    of(
        "update_session", "PATCH", f"{CHAT}/{{id}}", SESSION, {"status": "closed_resolved"},
        refuses=(none("none", {}), bad(SESSION, ODD)),
    ),
    of("history", "GET", f"{CHAT}/{{id}}/history", SESSION, refuses=(none("none"),)),
    of("send", "POST", f"{CHAT}/{{id}}/send", SESSION, "Hello", twice=False, refuses=(none("none", "Hello"),)),
    of("contacts", "GET", "/contacts"),
    of("create_contact", "POST", "/contacts", {"phone": "+31612340009"}, twice=False, refuses=(bad(ODD),)),
    of(
        "update_contact", "PATCH", "/contacts/{id}", opencx_seed.CONTACT, {"name": "Ada"},
        refuses=(none("none", {}), bad(opencx_seed.CONTACT, ODD)),
    ),
    of("delete_contact", "DELETE", "/contacts/{id}", opencx_seed.CONTACT, refuses=(none("none"),)),
    of("create_sequence", "POST", "/sequences", {"name": "x", "steps": []}, twice=False, refuses=(bad(ODD),)),
    of("sequence", "GET", "/sequences/{id}", opencx_seed.SEQUENCE, refuses=(none("none"),)),
    of(
        "update_sequence", "PATCH", "/sequences/{id}", opencx_seed.SEQUENCE, {"name": "y"},
        refuses=(none("none", {}), bad(opencx_seed.SEQUENCE, ODD)),
    ),
    of(
        "start_sequence", "PUT", "/sequences/{id}/start", opencx_seed.SEQUENCE, twice=False, refuses=(none("none"),)
    ),
    of("cancel_sequence", "PUT", "/sequences/{id}/cancel", opencx_seed.SEQUENCE, refuses=(none("none"),)),
    of(
        "add_contacts", "POST", "/sequences/{id}/contacts", opencx_seed.SEQUENCE, [{"phone_number": "+31612340001"}],
        twice=False, refuses=(none("none", [{"id": "x"}]), bad(opencx_seed.SEQUENCE, [])),
    ),
    of("create_workflow", "POST", "/workflows", WORKFLOW, twice=False, refuses=(bad({}), bad({**WORKFLOW, **ODD}))),
    of("workflow", "GET", "/workflows/{id}", opencx_seed.WORKFLOW, refuses=(none("none"),)),
    of(
        "update_workflow", "PATCH", "/workflows/{id}", opencx_seed.WORKFLOW, {"name": "y"}, twice=False,
        refuses=(none("none", {}), bad(opencx_seed.WORKFLOW, ODD)),
    ),
    of(
        "workflow_runs", "GET", "/workflows/{id}/runs", opencx_seed.WORKFLOW, {"status": "completed"},
        refuses=(none("none"),),
    ),
    of(
        "workflow_run", "GET", "/workflows/{id}/runs/{run}", opencx_seed.WORKFLOW, RUN,
        refuses=(none(opencx_seed.WORKFLOW, "none"), none("none", RUN)),
    ),
    of("create_action", "POST", "/actions", ACTION, twice=False, refuses=(bad({}), bad({**ACTION, **ODD}))),
    of("action", "GET", "/actions/{id}", "action_1", refuses=(none("none"),)),
    of(
        "update_action", "PATCH", "/actions/{id}", "action_1", {"description": "y"},
        refuses=(none("none", {}), bad("action_1", ODD)),
    ),
]  # fmt: skip
every = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.asks)
NO_READ_OF_ITS_OWN = {"agent": "/phone", "calls_since": CHAT}
"""Methods that ask an endpoint which another method has already."""


@dataclass
class Beside:
    """The client, the sandbox it asks, and the ids of what was made there before."""

    sandbox: Sandbox
    client: OpenCx
    recorder: ActionContext
    made: Mapping[str, str]

    async def ask(self, endpoint: Endpoint, args: tuple[Any, ...] | None = None) -> Any:
        given = endpoint.args if args is None else args
        filled = [self.made.get(each, each) if isinstance(each, str) else each for each in given]
        return await getattr(self.client, endpoint.asks)(*filled)


async def prepared(http: httpx.AsyncClient) -> dict[str, str]:
    """One of each thing that a reset leaves none of."""
    client = OpenCx(session(http, OPENCX_BASE, "ocx_live_sandbox"))
    destination, talk = await client.create_destination(WHERE), await client.create_session({})
    workflow = await client.workflow(opencx_seed.WORKFLOW)
    run = (await http.post(str(workflow.webhook_url), json={})).json()["run_id"]
    return {DESTINATION: str(destination.id), SESSION: str(talk.id), RUN: run}


@asynccontextmanager
async def beside(key: str = "ocx_live_sandbox", **options: Any) -> AsyncIterator[Beside]:
    async with playing(**options) as (sandbox, http):
        recorder = context(http, "opencx")
        client = OpenCx(session(http, OPENCX_BASE, key, recorder))
        yield Beside(sandbox, client, recorder, await prepared(http))


def test_the_sandbox_plays_these_endpoints_and_no_others() -> None:
    routes = [*opencx.ROUTES, *opencx_sessions.SESSION_ROUTES, *opencx_automation.AUTOMATION_ROUTES]
    found = {(method, path.replace("{number}", "{id}")) for method, path in played(routes)}
    assert found == {(each.method, each.path) for each in ENDPOINTS}
    asked_twice = {each.asks: each.path for each in ENDPOINTS if each.asks in NO_READ_OF_ITS_OWN}
    assert asked_twice == NO_READ_OF_ITS_OWN
    assert len(found) == len(ENDPOINTS) - len(asked_twice)


def test_the_client_asks_these_endpoints_and_no_others() -> None:
    own = {
        name
        for part in OpenCx.__bases__
        for name, method in vars(part).items()
        if callable(method) and not name.startswith("_")
    }
    assert own == {each.asks for each in ENDPOINTS}


@every
async def test_it_is_asked_as_documented(endpoint: Endpoint) -> None:
    async with beside() as around:
        await around.ask(endpoint)
        seen = list(around.sandbox.ledger)[-1]
    begin, _, end = (OPENCX_BASE + endpoint.path).replace("{run}", around.made[RUN]).partition("{id}")
    named = seen.path.removeprefix(begin).removesuffix(end)
    assert (seen.method, seen.path) == (endpoint.method, begin + named + end)
    assert bool(named) == ("{id}" in endpoint.path)
    assert "/" not in named
    assert seen.status in (200, 201, 204)


@every
async def test_it_is_understood_in_the_forms_of_before(endpoint: Endpoint) -> None:
    """Lists that are not bare, and agents without half of their fields."""
    async with beside(opencx_lists="paged", opencx_form="sparse") as around:
        await around.ask(endpoint)


@every
@pytest.mark.parametrize("shape", ["full", "bare"])
async def test_its_refusals_are_understood(endpoint: Endpoint, shape: str) -> None:
    """With all three documented fields, and with none of them, since none is required."""
    for args, kind in endpoint.refuses:
        async with beside(opencx_errors=shape) as around:
            with pytest.raises(kind) as caught:
                await around.ask(endpoint, args)
            assert type(caught.value) is kind, args


@every
async def test_a_wrong_key_is_told(endpoint: Endpoint) -> None:
    async with beside(key="wrong") as around:
        with pytest.raises(AuthFailed):
            await around.ask(endpoint)


@every
async def test_a_broken_answer_is_in_doubt_where_it_matters(endpoint: Endpoint) -> None:
    with pytest.raises(endpoint.broken):
        await getattr(OpenCx(broken_session()), endpoint.asks)(*endpoint.args)


@every
async def test_no_credential_is_written_down(endpoint: Endpoint) -> None:
    async with beside() as around:
        await around.ask(endpoint)
        written = str(around.recorder.exchanges)
    for secret in ("example-trunk-password", "example-password", "ocx_live_sand", opencx_seed.WORKFLOW_TOKEN):
        assert secret not in written
