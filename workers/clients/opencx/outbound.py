"""The body of an outbound call. Its spelling was seen in three ways, so it can be written for each connection.

`api.defaults.outbound_body` is `camel` (the newest schema), `snake` (the one before), or a whole body in which
`{agent}` and `{to}` stand for the agent's id and the number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workers.clients.errors import Invalid

AGENT, TO = "{agent}", "{to}"

SPELLINGS: Mapping[str, Mapping[str, Any]] = {
    "camel": {"phoneAgentId": AGENT, "contact": {"phoneNumber": TO}},
    "snake": {"phone_agent_id": AGENT, "contact": {"phone_number": TO}},
}


def outbound_body(written: Any, agent: str, to: str) -> dict[str, Any]:
    """The body for this agent and number; raises Invalid for a template that leaves one of them out."""
    template = SPELLINGS.get(written or "camel") if isinstance(written, str | None) else written
    if not isinstance(template, Mapping):
        raise Invalid("outbound_body in api.defaults is camel, snake or a body with {agent} and {to} in it")
    written_out = json.dumps(template)
    if AGENT not in written_out or TO not in written_out:
        raise Invalid("outbound_body in api.defaults needs both {agent} and {to}")
    filled: dict[str, Any] = _filled(template, {AGENT: agent, TO: to})
    return filled


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in values.items():
            value = value.replace(name, text)
        return value
    if isinstance(value, Mapping):
        return {key: _filled(item, values) for key, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, list) else value
