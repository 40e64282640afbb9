"""The building blocks of the schemas: described, closed maps, texts, durations, and values that may be computed.

Draft 7 of JSON Schema, the newest that all editors understand. Beside it stand words that editors know:
`markdownDescription`, `markdownEnumDescriptions`, `errorMessage`, `patternErrorMessage` and `defaultSnippets`.
Types are lists rather than alternatives wherever that is possible, since editors then say what is wrong and not just
that no alternative fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.engine.source.durations import PATTERN

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
COMPUTED = r"\$\{\{"
"""What a text holds when it is computed."""

_DURATION_FORM = "a duration such as 300ms, 4s, 1m30s, 2h or 7d"


def described(schema: Schema, doc: str, example: str = "") -> Schema:
    """With hover text: plain for every editor, and as markdown for those that can show it."""
    text = sentence(doc)
    shown = f"{text}\n\n```yaml\n{example}\n```" if example else text
    return {"description": text.replace("`", ""), "markdownDescription": shown, **schema}


def documented(
    keys: Iterable[str], schemas: Mapping[str, Schema], docs: Mapping[str, tuple[str, str]]
) -> dict[str, Schema]:
    """Each key with its schema, any value where there is none, and with its hover text and example."""
    return {key: described(schemas.get(key) or anything(), *docs.get(key, ("", ""))) for key in keys}


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", "?", "!", ":")) else ".")


def text() -> Schema:
    """Any text. Editors read `+31850000001` as a number, which is text to us, so numbers are let through."""
    return {"type": ["string", "number"]}


def pattern(pattern_: str, wanted: str) -> Schema:
    """Text of one form."""
    return {"type": "string", "pattern": pattern_, "patternErrorMessage": f"This must be {wanted}."}


def expression() -> Schema:
    """A CEL expression."""
    return {"type": "string", "minLength": 1}


def duration(*, some: bool = False) -> Schema:
    """A duration; with `some`, longer than nothing."""
    longer = "(?=.*[1-9])" if some else ""
    least = {"exclusiveMinimum": 0} if some else {"minimum": 0}
    form = f"^\\s*{longer}{PATTERN}\\s*$"
    return {
        "type": ["string", "number"],
        "pattern": form,
        "patternErrorMessage": f"This must be {_DURATION_FORM}.",
    } | least


def whole(least: int = 1) -> Schema:
    """A whole number."""
    return {"type": "integer", "minimum": least}


def choice(words: Mapping[str, str]) -> Schema:
    """One of a few words, each with what it means."""
    made: Schema = {"type": "string", "enum": list(words)}
    if not any(words.values()):
        return made
    docs = [sentence(doc) for doc in words.values()]
    plain = [doc.replace("`", "") for doc in docs]
    return made | {"enumDescriptions": plain, "markdownEnumDescriptions": docs}


def listed(item: Schema) -> Schema:
    """A list with at least one item."""
    return {"type": "array", "items": item, "minItems": 1}


def one_or_many(item: Schema) -> Schema:
    """One value, or a list of such values. The item must be of simple types."""
    types = item["type"] if isinstance(item["type"], list) else [item["type"]]
    return {**item, "type": [*types, "array"], "items": item}


def closed(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """A map that has these keys and no others."""
    needed = list(required)
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return made | ({"required": needed} if needed else {})


def suggested(words: Sequence[str]) -> Schema:
    """Any text, with some that are offered."""
    return {**text(), "anyOf": [{"enum": list(words)}, {}]} if words else text()


def given(key: str, value: Schema) -> Schema:
    """The condition that a map has this key with such a value.

    Said the other way round, since editors that complete take `required` for met, and an `enum` for hover text.
    """
    return {"not": {"properties": {key: {"not": value}}}}


def anything() -> Schema:
    """Any JSON. Editors need a type to go on behind the key."""
    return {"type": ["string", "number", "boolean", "object", "array", "null"]}


def hidden(schema: Schema) -> Schema:
    """Not offered from here, since the same key is offered from elsewhere."""
    return {"doNotSuggest": True, **schema}


def snippet(label: str, doc: str, body: Any) -> Schema:
    """Something to fill in."""
    return {"label": label, "description": doc, "body": body}


@dataclass(frozen=True)
class Computed:
    """A text that stands for a value: how it looks, and what a person is told about it."""

    form: str
    words: str


TEMPLATE = Computed(COMPUTED, "or computed: ${{ }}")


def templated(schema: Schema, computed: Computed = TEMPLATE) -> Schema:
    """The same value, or a text that computes it, at every depth."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [templated(each, computed) for each in schema["anyOf"]]}
    if "enum" in schema or "const" in schema:
        return _beside(schema, computed)
    return _computed(_inside(schema, computed), computed) if "type" in schema else schema


def _beside(schema: Schema, computed: Computed) -> Schema:
    """A choice, or a computed text."""
    outside = {key: schema[key] for key in ("description", "markdownDescription", "default") if key in schema}
    words = {key: value for key, value in schema.items() if key != "default"}
    return outside | {"anyOf": [words, {"type": "string", "pattern": computed.form}]}


def _inside(schema: Schema, computed: Computed) -> Schema:
    made = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(made.get(key), dict):
            made[key] = templated(made[key], computed)
    if "properties" in made:
        made["properties"] = {name: templated(inner, computed) for name, inner in made["properties"].items()}
    return made


def _computed(schema: Schema, computed: Computed) -> Schema:
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "format" in schema:
        return _formatted(schema, computed)
    if "string" in types and "pattern" not in schema:
        return _any_text(schema, types)
    wanted = f"This must be {_word(types)}, {computed.words}."
    form = f"{schema['pattern']}|{computed.form}" if "pattern" in schema else computed.form
    message = schema.get("patternErrorMessage", wanted)
    return schema | {"type": _with(types, "string"), "pattern": form, "patternErrorMessage": message}


def _any_text(schema: Schema, types: Sequence[str]) -> Schema:
    """Any text may be computed already; how long it becomes is not known."""
    return {key: value for key, value in schema.items() if key != "maxLength"} | {"type": _with(types, "number")}


def _formatted(schema: Schema, computed: Computed) -> Schema:
    rest = {key: value for key, value in schema.items() if key != "format"}
    return rest | {"anyOf": [{"format": schema["format"]}, {"pattern": computed.form}]}


def _with(types: Sequence[str], another: str) -> list[str]:
    return list(dict.fromkeys([*types, another]))


_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
    "string": "text",
}


def _word(types: Sequence[str]) -> str:
    return " or ".join(_WORDS[each] for each in types)
