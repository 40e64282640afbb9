"""The schema of a pydantic model, made fit to stand inside a larger one: no references, no titles, no nulls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from rules.engine.schema.words import Schema, anything, described, sentence

_LIMITS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
"""Limits that pydantic leaves as they are where it does not know the type."""


def fields_of(model: type[BaseModel]) -> dict[str, Schema]:
    """Each field by the name people write, with hover text that names its default."""
    schema, definitions = _root(model)
    return {name: _field(_settled(field, definitions)) for name, field in schema.get("properties", {}).items()}


def required_of(model: type[BaseModel]) -> list[str]:
    """The names that must be given."""
    required: list[str] = _root(model)[0].get("required", [])
    return required


def _root(model: type[BaseModel]) -> tuple[Schema, Mapping[str, Any]]:
    """The schema of the model and its definitions, among which a model that holds itself stands."""
    schema = model.model_json_schema(by_alias=True)
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    return definitions.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema), definitions


def _field(field: Schema) -> Schema:
    default = field.get("default")
    told = default not in (None, "", [], {})
    doc = sentence(field.get("description", "")) + (f" When left out: `{_shown(default)}`." if told else "")
    inner = {key: value for key, value in field.items() if key not in ("description", "default")}
    return described((_nested(inner) or anything()) | ({"default": default} if told else {}), doc)


def _nested(schema: Schema) -> Schema:
    """Maps inside it, and maps in its lists, have hover text as well."""
    made = dict(schema)
    if "properties" in made:
        made["properties"] = {name: _field(inner) for name, inner in made["properties"].items()}
    if isinstance(made.get("items"), dict):
        made["items"] = _nested({key: value for key, value in made["items"].items() if key != "description"})
    return made


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _settled(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """With references replaced and alternatives flattened where that is possible."""
    if isinstance(schema, list):
        return [_settled(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _referred(schema, definitions)
    kept: Schema = {key: value for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    made: Schema = {_LIMITS.get(key, key): _settled(value, definitions) for key, value in kept.items()}
    return _flat(made) if "anyOf" in made else made


def _referred(schema: Schema, definitions: Mapping[str, Any]) -> Any:
    """What a reference stands for; one that holds itself is left open there."""
    name = schema["$ref"].rsplit("/", 1)[-1]
    remaining = {key: value for key, value in definitions.items() if key != name}
    beside = {key: value for key, value in schema.items() if key not in ("$ref", "title")}
    return _settled(definitions.get(name, {}), remaining) | beside


def _flat(schema: Schema) -> Schema:
    """Without the null of what may be left out, and with simple types side by side."""
    outer = {key: value for key, value in schema.items() if key != "anyOf"}
    parts = [part for part in _parts(schema) if part.get("type") != "null"]
    merged = _merged(parts)
    return outer | (merged[0] if len(merged) == 1 else {"anyOf": merged})


def _parts(schema: Schema) -> list[Schema]:
    """The alternatives, those inside alternatives too, each with the limits that stand around them."""
    limits = {key: value for key, value in schema.items() if key in _LIMITS.values()}
    found: list[Schema] = []
    for part in schema["anyOf"]:
        found += _parts(limits | part) if "anyOf" in part else [limits | part]
    return found


def _merged(parts: list[Schema]) -> list[Schema]:
    """One schema for all alternatives whose limits concern one type alone; the others stay as they are."""
    simple = [part for part in parts if isinstance(part.get("type"), str) and not {"enum", "const"} & part.keys()]
    others = [part for part in parts if part not in simple]
    if len({part["type"] for part in simple}) < len(simple):
        return parts
    together: Schema = {}
    for part in simple:
        together |= {key: value for key, value in part.items() if key != "type"}
    return [*others, *([together | {"type": _types(simple)}] if simple else [])]


def _types(parts: list[Schema]) -> str | list[str]:
    types = [part["type"] for part in parts]
    if "number" in types and "integer" in types:
        types.remove("integer")
    return types[0] if len(types) == 1 else types
