"""Everything that can be looked up, as plain records made of the registries: actions, kinds, functions, platforms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from console.reference.examples import example_rule
from receiver.providers import PROVIDERS
from receiver.providers.base import ANSWER_KEYS
from rules.engine.cel.functions import FUNCTIONS
from rules.engine.findings import one_of
from rules.engine.standard import STANDARD
from store.durations import seconds
from store.event import KINDS, Kind, section_fields, visible_types
from workers.actions import ACTIONS, output_docs, output_words
from workers.actions.base import Action
from workers.actions.ports.table import reasons

Record = dict[str, Any]

IN_DOUBT: Mapping[str, str] = {
    "repeat": "it is done again: doing it twice is the same as doing it once",
    "verify": "the platform is asked whether it happened before it is done again",
    "skip": "it is not done again, since the caller would notice",
    "park": "it stops and becomes a dead letter for a person to decide",
}
"""What becomes of a step of which nobody knows whether it happened."""

_COMMON_DOCS: Mapping[str, str] = {
    "event.id": "our id of the event",
    "event.kind": "the kind, as on this page",
    "event.native": "the platform's own name for the kind",
    "event.connection": "the connection it came on",
    "event.provider": "the platform it came from",
    "event.name": "the name of an emitted event, or of the rule that a schedule or a person runs",
    "event.recovered": "whether the platform never sent it and was asked for it",
    "event.received_at": "when it was received",
    "event.occurred_at": "when it happened, where the platform says so; else when it was received",
    "now": "when it was received, the same in retries and replays",
    "raw": "the platform's own payload",
    "data": "the fields that were gathered or emitted",
}

_TYPES: Mapping[str, str] = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "bool",
    "object": "map",
    "array": "list",
}


def action_record(action: Action) -> Record:
    """One action: what it does, takes and gives, who can do it, and a rule that uses it."""
    outputs = output_docs(action.output)
    return {
        "name": action.name,
        "doc": action.doc,
        "parameters": list(_parameters(action.params)),
        "outputs": [
            {"name": name, "type": "any JSON" if word == "dyn" else word, "doc": outputs[name]}
            for name, word in output_words(action.output).items()
        ],
        "in_doubt": action.in_doubt,
        "needs_call": action.needs_call,
        "costs": action.costs,
        "platforms": None if action.platforms is None else {
            provider: sorted(generation for generation in generations if generation)
            for provider, generations in sorted(action.platforms.items())
        },
        "reasons": reasons(action.name),
        "example": example_rule(action),
    }  # fmt: skip


def action_records() -> list[Record]:
    """All actions by name."""
    return [action_record(ACTIONS[name]) for name in sorted(ACTIONS)]


def _parameters(model: type[BaseModel]) -> Iterator[Record]:
    schemas = model.model_json_schema(by_alias=True).get("properties", {})
    for field, info in model.model_fields.items():
        name = info.alias or field
        record = {"name": name, "type": _type(info, schemas[name]), "required": info.is_required()}
        default = info.get_default(call_default_factory=True, validated_data={})
        if not info.is_required() and default not in (None, "", {}, []):
            record["default"] = default
        yield record | {"doc": info.description or ""}


def _type(info: FieldInfo, schema: Mapping[str, Any]) -> str:
    return "duration" if _is_duration(info.annotation, info.metadata) else type_word(schema)


def _is_duration(annotation: Any, metadata: list[Any]) -> bool:
    if any(isinstance(each, BeforeValidator) and each.func is seconds for each in metadata):
        return True
    return any(_is_duration(part, [part]) for part in get_args(annotation))


def type_word(schema: Mapping[str, Any]) -> str:
    """A parameter's JSON schema in a word or two."""
    if "enum" in schema:
        return one_of(map(str, schema["enum"]))
    if "anyOf" in schema:
        words = [type_word(part) for part in schema["anyOf"] if part.get("type") != "null"]
        return one_of(dict.fromkeys(words))
    if schema.get("format") == "date-time":
        return "timestamp"
    return _TYPES.get(schema.get("type", ""), "any JSON")


def kind_record(kind: Kind) -> Record:
    """One kind of event: what it means, which names a rule may use, which platforms send it."""
    return {
        "name": kind.name,
        "doc": kind.doc,
        "waits": kind.waits,
        "filter": kind.filter,
        "answers": sorted(ANSWER_KEYS.get(kind.name, ())),
        "natives": {
            name: found
            for name, provider in sorted(PROVIDERS.items())
            if (found := sorted(native for native, ours in provider.kinds.items() if ours == kind.name))
        },
        "names": list(_names(kind)),
    }


def kind_records() -> list[Record]:
    """All kinds, those that somebody waits for first."""
    return [kind_record(kind) for kind in KINDS.values()]


def _names(kind: Kind) -> Iterator[Record]:
    docs = dict(_COMMON_DOCS)
    for section in kind.sections:
        if section != "data":
            docs |= {f"{section}.{name}": doc for name, _, doc in section_fields(section)}
    for name, word in visible_types(kind).items():
        yield {"name": name, "type": word, "doc": docs[name]}


def function_records() -> list[Record]:
    """Our functions, then those of CEL that rules need most."""
    ours = [{"name": name, "usage": words.usage, "doc": words.doc, "ours": True} for name, words in FUNCTIONS.items()]
    standard = [
        {"name": name, "usage": each.usage, "gives": each.gives, "doc": each.doc, "ours": False}
        for name, each in STANDARD.items()
    ]
    return [*ours, *standard]
