"""The JSON schema of rule files, for completion and hover text in editors. `check` knows much more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.engine.readholds import CONCURRENCY_KEYS, LIMIT_KEYS, ONCE_KEYS
from rules.engine.readrule import RULE_KEYS
from rules.engine.readsteps import RETRY_KEYS, STEP_KEYS
from rules.engine.vocabulary import ActionWords, KindWords, Vocabulary

_TEXT = {"type": "string"}
_EXPRESSION = {"type": "string", "description": "A CEL expression."}
_DURATION = {"type": ["string", "number"], "description": "A duration such as 300ms, 4s, 1m30s, 2h or 7d."}
_TEMPLATE = {"type": "string", "pattern": r"\$\{\{"}
_CONDITIONS = {
    "description": "One expression or a list; they run in order and stop at the first false.",
    "anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}],
}
_RULE_DOCS: Mapping[str, str] = {
    "description": "One sentence: what the rule is for.",
    "owner": "Who is asked about it.",
    "runbook": "Where the procedure is.",
    "tags": "Words to find it by.",
    "enabled": "false switches it off.",
    "mode": "shadow: match and trace, but call nothing and answer nothing.",
    "connections": "Which connections it listens to; all when left out.",
    "on": "Which events it is about.",
    "priority": "Order of turns, lowest first, then the file name. 100 when left out.",
    "backstop": "true: takes its turn last; where nobody waits, runs only if no other rule ran.",
    "steps": "What it does, in order.",
    "answer": "What the platform is told; of a list, the first whose `if` holds.",
    "within": "This rule's own deadline.",
    "meanwhile": "What is said if `within` passes first.",
    "late": "What becomes of an answer that comes too late.",
    "limit": "A ceiling, for example 3 an hour for each caller.",
    "concurrency": "How many runs may go on at one time for each key.",
    "once": "At most once for each key.",
}


def rule_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The schema of one rule file (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Hookswitch rule",
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "on"],
        "anyOf": [{"required": ["steps"]}, {"required": ["answer"]}],
        "properties": {key: _rule_key(key, vocabulary) for key in RULE_KEYS},
        "$defs": {"step": _step(vocabulary), "answer": _answer(vocabulary)},
    }


def _rule_key(key: str, vocabulary: Vocabulary) -> dict[str, Any]:
    special: dict[str, Any] = {
        "tags": _one_or_many(_TEXT),
        "enabled": {"type": "boolean"},
        "mode": {"enum": ["live", "shadow"]},
        "connections": _one_or_many(_connection(vocabulary)),
        "on": _on(vocabulary),
        "if": _CONDITIONS,
        "priority": {"type": "number"},
        "backstop": {"type": "boolean"},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
        "answer": _one_or_many({"$ref": "#/$defs/answer"}),
        "within": _DURATION,
        "meanwhile": {"$ref": "#/$defs/answer"},
        "late": {"enum": ["inject", "drop"]},
        "limit": _fields(LIMIT_KEYS, ("count", "per"), count={"type": "integer", "minimum": 1}, per=_DURATION,
                         key=_EXPRESSION, excess={"enum": ["skip", "delay"]}),
        "concurrency": _fields(CONCURRENCY_KEYS, (), key=_EXPRESSION, max={"type": "integer", "minimum": 1},
                               mode={"enum": ["queue", "skip", "restart"]}),
        "once": _fields(ONCE_KEYS, ("key",), key=_EXPRESSION, per=_DURATION),
    }  # fmt: skip
    doc = {"description": _RULE_DOCS[key]} if key in _RULE_DOCS else {}
    return {**special.get(key, _TEXT), **doc}


def _one_or_many(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


def _fields(keys: tuple[str, ...], required: tuple[str, ...], **schemas: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {key: schemas[key] for key in keys},
    }


def _connection(vocabulary: Vocabulary) -> dict[str, Any]:
    """Known names are suggested, others allowed: the schema is the same for every installation."""
    return {"anyOf": [{"enum": sorted(vocabulary.connections)}, _TEXT]} if vocabulary.connections else dict(_TEXT)


def _on(vocabulary: Vocabulary) -> dict[str, Any]:
    kinds = [_documented(kind) for kind in vocabulary.kinds.values()]
    schedule = _fields(("cron", "timezone", "catch_up"), ("cron",), cron=_TEXT, timezone=_TEXT,
                       catch_up={"enum": ["skip", "once"]})  # fmt: skip
    properties: dict[str, Any] = {
        kind.name: {"description": _filter_doc(kind), "anyOf": [{"type": "null"}, _one_or_many(_TEXT)]}
        for kind in vocabulary.kinds.values()
    }
    properties |= {
        "native": {**_one_or_many(_TEXT), "description": "The platform's own event names."},
        "event": {**_one_or_many(_TEXT), "description": "Events that rules emit, by name."},
        "schedule": {**schedule, "description": "When it runs by itself."},
    }
    filtered = {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": properties}
    return {"anyOf": [{"oneOf": kinds}, {"type": "array", "items": {"oneOf": kinds}, "minItems": 1}, filtered]}


def _documented(kind: KindWords) -> dict[str, Any]:
    return {"const": kind.name, "description": kind.doc}


def _filter_doc(kind: KindWords) -> str:
    return f"{kind.doc}; only where {kind.filter} is this" if kind.filter else kind.doc


def _step(vocabulary: Vocabulary) -> dict[str, Any]:
    retry = _fields(RETRY_KEYS, (), tries={"type": "integer", "minimum": 1}, first=_DURATION,
                    factor={"type": "number", "minimum": 1}, max_age=_DURATION)  # fmt: skip
    schemas: dict[str, Any] = {
        "id": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "description": "How later steps name it."},
        "name": _TEXT,
        "if": _EXPRESSION,
        "action": {"oneOf": [{"const": a.name, "description": a.doc} for a in _sorted_actions(vocabulary)]},
        "with": {"type": "object"},
        "connection": {**_connection(vocabulary), "description": "Whose API it drives; else the event's."},
        "timeout": _DURATION,
        "retry": retry,
        "on_error": {"enum": ["stop", "continue"]},
        "for_each": {"description": "A list; the step runs once for each `item`.", "type": ["array", "string"]},
    }
    step = _fields(STEP_KEYS, ("action",), **schemas)
    step["allOf"] = [_parameters(action) for action in _sorted_actions(vocabulary)]
    return step


def _sorted_actions(vocabulary: Vocabulary) -> list[ActionWords]:
    return [vocabulary.actions[name] for name in sorted(vocabulary.actions)]


def _parameters(action: ActionWords) -> dict[str, Any]:
    """What `with` holds when the step names this action."""
    schema = action.params.model_json_schema(by_alias=True)
    definitions = schema.pop("$defs", {})
    with_ = _inlined(schema, definitions)
    with_["properties"] = {name: _or_template(field) for name, field in with_.get("properties", {}).items()}
    then: dict[str, Any] = {"properties": {"with": with_}}
    if with_.get("required"):
        then["required"] = ["with"]
    return {"if": {"properties": {"action": {"const": action.name}}, "required": ["action"]}, "then": then}


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with its references replaced, since it becomes part of a larger one."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        remaining = {key: value for key, value in definitions.items() if key != name}
        return _inlined(definitions.get(name, {}), remaining)
    kept = {key: value for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    return {key: _inlined(value, definitions) for key, value in kept.items()}


def _or_template(field: dict[str, Any]) -> dict[str, Any]:
    """Every parameter may be computed."""
    if field.get("type") == "string" and "enum" not in field and "pattern" not in field:
        return field
    outside: dict[str, Any] = {key: field[key] for key in ("description", "default") if key in field}
    inside = {key: value for key, value in field.items() if key not in outside}
    return {**outside, "anyOf": [inside, _TEMPLATE]}


def _answer(vocabulary: Vocabulary) -> dict[str, Any]:
    keys = sorted({key for kind in vocabulary.kinds.values() for key in kind.answer_keys})
    used = {
        key: one_kind
        for key in keys
        for one_kind in [", ".join(kind.name for kind in vocabulary.kinds.values() if key in kind.answer_keys)]
    }
    properties: dict[str, Any] = {key: {"description": f"For {kinds}."} for key, kinds in used.items()}
    return {"type": "object", "additionalProperties": False, "properties": {"if": _EXPRESSION, **properties}}
