"""A rule for each action, made of the action's own declaration. Connections have the names of the demo's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from workers.actions import output_words
from workers.actions.base import Action

_VALUES: Mapping[str, Any] = {
    "agent": "0d3f9f0e-7a01-4c0e-9c55-0000000000a2",
    "body": "A call has failed.",
    "content": "The parcel arrives tomorrow.",
    "event": "call-me-back",
    "key": "calls",
    "message": "a call has failed",
    "number": "+31850000001",
    "query": {"phone": "${{ call.from }}"},
    "set": {"label": "Front desk"},
    "title": "Failed call",
    "to": "+31850000099",
    "ttl": "7d",
    "url": "https://crm.example.com/customers",
    "value": 1,
}
"""Parameter → what an example puts there."""

_SESSION = "0d3f9f0e-7a01-4c0e-9c55-000000000231"
_SEQUENCE = "0d3f9f0e-7a01-4c0e-9c55-000000000221"
_OF_OPENCX: Mapping[str, Mapping[str, Any]] = {
    "agent.create": {"name": "Weekend desk", "set": {"language": ["nl"], "voice_id": "voice_1"}},
    "agent.delete": {"agent": "agent_2"},
    "contact.delete": {"id": "0d3f9f0e-7a01-4c0e-9c55-000000000201"},
    "contact.get": {"phone": "${{ call.from }}"},
    "contact.upsert": {"phone": "${{ call.from }}", "custom_data": {"last_call": "failed"}},
    "destination.attach": {"agent": "agent_1", "destination": "0d3f9f0e-7a01-4c0e-9c55-000000000241"},
    "destination.create": {"name": "Reception", "type": "phone", "value": "+31850000009"},
    "sequence.add_contacts": {"sequence": _SEQUENCE, "contacts": [{"phone": "+31612340001"}]},
    **{f"sequence.{each}": {"sequence": _SEQUENCE} for each in ("get", "start", "cancel")},
    **{f"session.{each}": {"session": _SESSION} for each in ("get", "history")},
    "session.list": {"channel": "phone_voice", "status": "open"},
    "session.send": {"session": _SESSION, "text": "We have sent the invoice again."},
    "session.update": {"session": _SESSION, "set": {"status": "closed_resolved"}},
    **{f"workflow.{each}": {"workflow": "0d3f9f0e-7a01-4c0e-9c55-000000000211"} for each in ("get", "runs")},
    "workflow.trigger": {
        "workflow": "0d3f9f0e-7a01-4c0e-9c55-000000000211",
        "data": {"caller": "${{ call.from }}"},
    },
}

_FLUENTS_ID = "0d3f9f0e-7a01-4c0e-9c55-0000000000c1"
_OF_ACTION: Mapping[str, Mapping[str, Any]] = {
    "fluents.action.create": {
        "type": "action_external",
        "config": {
            "name": "look_up_order",
            "description": "Looks up where an order is.",
            "url": "https://hooks.example.com/hooks/fluents_desk/TOKEN/tools/look_up_order",
            "input_schema": {"type": "object", "properties": {"order_number": {"type": "string"}}},
            "speak_on_send": True,
            "speak_on_receive": True,
        },
    },
    "fluents.action.delete": {"action": _FLUENTS_ID},
    "fluents.action.get": {"action": _FLUENTS_ID},
    "fluents.action.update": {"action": _FLUENTS_ID},
    "fluents.agent.create": {"name": "Weekend desk", "prompt": _FLUENTS_ID, "voice": _FLUENTS_ID},
    "fluents.dnc.add": {"number": "${{ call.from }}", "reason": "asked in a call"},
    "fluents.dnc.list": {"number": "${{ call.from }}"},
    "fluents.number.import": {"number": "+31850000077"},
    "fluents.prompt.get": {"prompt": _FLUENTS_ID},
    "fluents.prompt.update": {"prompt": _FLUENTS_ID, "set": {"content": "Answer questions about orders. Be brief."}},
    "fluents.steering_pool.add": {"account_connection": _FLUENTS_ID},
    "fluents.steering_pool.remove": {"account_connection": _FLUENTS_ID},
    "fluents.webhook.create": {
        "url": "https://hooks.example.com/hooks/fluents_desk/TOKEN",
        "subscriptions": ["event_transcript", "event_recording"],
    },
    "fluents.webhook.delete": {"webhook": _FLUENTS_ID},
    "fluents.webhook.update": {"webhook": _FLUENTS_ID},
    "api.request": {"path": "/calls/${{ call.id }}"},
    "flireo.verification_group.order": {"number": "+31207000001"},
    "flireo.number.create": {"number": "+31850000077"},
    "vapi.call.schedule": {"to": "+31612340001", "from": _VALUES["number"], "at": "2026-12-01T09:00:00+01:00"},
    **{f"opencx.{name}": given for name, given in _OF_OPENCX.items()},
    "number.search": {"limit": 5},
    "number.unlink": {"number": _VALUES["number"]},
    "number.buy": {"number": "+31851000007"},
    "http.request": {"query": _VALUES["query"], "accept": [404]},
    "memory.set": {"key": "last_language", "value": "nl", "ttl": "30d"},
    "memory.add": {"ttl": "7d"},
    "notify": {"to": "${{ secrets.ops_channel }}"},
}
"""What an example needs beside, or instead of, the required parameters."""

_BY_TYPE: Mapping[str, Any] = {"string": "text", "number": 1, "integer": 1, "boolean": True, "object": {}, "array": []}
_TELLING = ("count", "changed", "status", "value", "name", "id")


def example_rule(action: Action) -> str:
    """A whole rule that `check` has nothing against."""
    step: dict[str, Any] = {"id": "done"} if action.output.model_fields else {}
    step["action"] = action.name
    if action.platforms is not None:
        step["connection"] = _connection(action)
    parameters = dict(_parameters(action))
    if parameters:
        step["with"] = parameters
    rule = {
        "description": f"An example of {action.name}.",
        "on": {"status-update": "in-progress" if action.needs_call else "failed"},
        "steps": [step, *_use(action)],
    }
    text: str = yaml.dump(rule, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text.replace("'on':", "on:", 1)


class _Dumper(yaml.SafeDumper):
    """Lists are indented, as people write them, and numbers that start with + stand in double quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, _style(text)))


def _style(text: str) -> str | None:
    return '"' if text.startswith("+") else None


def _connection(action: Action) -> str:
    """A demo connection of a platform, and of a generation, that can do it."""
    platforms = action.platforms or {}
    provider = next(name for name in ("flireo", *sorted(platforms)) if name in platforms)
    if provider != "flireo":
        return f"{provider}_desk"
    newest = max(platforms[provider])
    return "front_desk" if newest == "g3" else f"front_desk_{newest}"


def _parameters(action: Action) -> Iterator[tuple[str, Any]]:
    chosen = _OF_ACTION.get(action.name, {})
    schemas = action.params.model_json_schema(by_alias=True).get("properties", {})
    for field, info in action.params.model_fields.items():
        name = info.alias or field
        if name in chosen:
            yield name, chosen[name]
        elif info.is_required():
            yield name, _value(name, schemas[name])


def _value(name: str, schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][-1]
    return _VALUES.get(name, _BY_TYPE.get(schema.get("type", ""), "text"))


def _use(action: Action) -> Iterator[dict[str, Any]]:
    """A step that asks for something the action gave."""
    words = output_words(action.output)
    if words:
        name = next((each for each in _TELLING if each in words), next(iter(words)))
        yield {"action": "log", "with": {"message": f"{name} is ${{{{ steps.done.{name} }}}}"}}
