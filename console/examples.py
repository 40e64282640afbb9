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

_OF_ACTION: Mapping[str, Mapping[str, Any]] = {
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
