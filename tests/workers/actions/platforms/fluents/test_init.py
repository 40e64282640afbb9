"""Whatever the platform answers, an action gives what it declares or fails as one of our errors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.sandbox.platforms.fluents.seed import fluents_account
from tests.workers.actions.support import Platform, perform
from tests.workers.actions.support import given as context_of
from tests.workers.clients.support import Handler, connection, damaged
from workers.actions.platforms.fluents import FLUENTS_ACTIONS
from workers.clients.errors import ApiError

ACCOUNT = fluents_account()
AGENT = ACCOUNT.expanded_agent(ACCOUNT.agents[0])
ANSWERS: dict[str, Any] = {
    "agents": AGENT,
    "prompts": ACCOUNT.prompts[0],
    "actions": ACCOUNT.actions[0],
    "webhooks": ACCOUNT.webhooks[0],
    "voices": ACCOUNT.voices[0],
    "account_connections": ACCOUNT.connections[0],
    "calls": ACCOUNT.expanded_call(ACCOUNT.calls[0]),
    "numbers": ACCOUNT.expanded_number(ACCOUNT.numbers[0]),
    "dnc_numbers": ACCOUNT.do_not_call[0],
    "usage": {"plan_type": "p", "monthly_usage_minutes": 1, "monthly_usage_limit_minutes": 2},
}
VERBS = ("create", "update", "detach", "link")
PARAMS: dict[str, dict[str, Any]] = {
    "fluents.prompt.create": {"content": "x"},
    "fluents.action.create": {"type": "x", "config": {}},
    "fluents.agent.create": {"name": "x", "prompt": "p1", "voice": "v1"},
    "fluents.webhook.create": {"url": "https://x.example", "subscriptions": ["event_error"]},
    "fluents.dnc.add": {"number": "+31850000001"},
    "fluents.number.import": {"number": "+31850000001"},
}
ANY = {"set": {"label": "x"}, "number": "+31850000001", "call": "c1", "account_connection": "acc-1"}


def params_of(name: str) -> dict[str, Any]:
    if name in PARAMS:
        return PARAMS[name]
    fields = next(each for each in FLUENTS_ACTIONS if each.name == name).params.model_fields
    return {field: ANY.get(field, "x1") for field, info in fields.items() if info.is_required() or field == "call"}


def routes(data: st.DataObject) -> dict[str, Any]:
    """Every answer is damaged when it is asked for."""

    def broken(body: Any) -> Handler:
        return lambda _seen: data.draw(damaged(body))

    found: dict[str, Any] = {}
    for path, thing in ANSWERS.items():
        found[f"GET /v1/{path}"] = broken(thing)
        found[f"GET /v1/{path}/list"] = broken({"items": [thing], "has_more": False})
        found |= {f"POST /v1/{path}/{verb}": broken(thing) for verb in VERBS}
    return found


@pytest.mark.parametrize("name", [each.name for each in FLUENTS_ACTIONS])
@settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
async def test_no_answer_breaks_an_action(name: str, data: st.DataObject) -> None:
    to = connection("fluents", defaults={"telephony_account_connection": "acc-1"})
    own = context_of(Platform(routes(data)), "fluents", to=to)
    try:
        shown = await perform(own, name, **params_of(name))
    except ApiError:
        return
    written = str(shown)
    assert "example-token" not in written
    assert "example-voice-key" not in written
