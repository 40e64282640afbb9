"""The schema of the connections file, made of the model that reads it. The model is given, never imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from rules.engine.schema.answers import keys_for, waiting
from rules.engine.schema.mappings import mapping_schema
from rules.engine.schema.models import fields_of, required_of
from rules.engine.schema.words import DRAFT, Computed, Schema, closed, described, given, snippet, templated
from rules.engine.vocabulary import KindWords, Vocabulary

_NOT_WRITTEN = frozenset({"name", "missing"})
_NAME = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
_VARIABLE = Computed(r"\$\{[A-Z][A-Z0-9_]*\}", "or a variable: ${NAME}")
_EXAMPLE = """\
connections:
  reception:
    provider: flireo
    auth:
      - scheme: hmac
        secret: ${RECEPTION_SECRET}"""


def connections_schema(model: type[BaseModel], vocabulary: Vocabulary, providers: Sequence[str]) -> Schema:
    """The schema of a connections file whose entries `model` reads, for these platforms."""
    entries: Schema = {
        "type": "object",
        "propertyNames": {
            "pattern": _NAME,
            "patternErrorMessage": "A name has letters, digits, _ and -, 64 at most.",
        },
        "additionalProperties": {"$ref": "#/definitions/connection"},
    }
    return {
        "$schema": DRAFT,
        "title": "Hookswitch connections",
        **closed({"connections": described(entries, "one entry a connection, by name", _EXAMPLE)}, ["connections"]),
        "definitions": {"connection": _connection(model, vocabulary, providers)},
    }


def _connection(model: type[BaseModel], vocabulary: Vocabulary, providers: Sequence[str]) -> Schema:
    keys = {name: field for name, field in fields_of(model).items() if name not in _NOT_WRITTEN}
    special: Mapping[str, Schema] = {
        "provider": {**keys["provider"], "enum": list(providers)},
        "auth": {**keys["auth"], "items": _auth(_with_variables(keys["auth"]["items"]))},
        "api": _with_variables(keys["api"]),
        "fallback": _by_kind(
            keys["fallback"], {kind.name: _fallback(kind, vocabulary) for kind in waiting(vocabulary)}
        ),
        "deadlines": _by_kind(
            keys["deadlines"], {kind.name: keys["deadlines"]["additionalProperties"] for kind in waiting(vocabulary)}
        ),
    }
    if "mapping" in keys:
        special = {**special, "mapping": {**_told(keys["mapping"]), **mapping_schema(vocabulary)}}
    required = [name for name in required_of(model) if name not in _NOT_WRITTEN]
    return closed({**keys, **special}, required) | {"defaultSnippets": _SNIPPETS}


def _by_kind(field: Schema, of_kind: Mapping[str, Schema]) -> Schema:
    return _told(field) | closed(of_kind)


def _told(field: Schema) -> Schema:
    """What hovering over it shows."""
    return {key: value for key, value in field.items() if key in ("description", "markdownDescription")}


def _fallback(kind: KindWords, vocabulary: Vocabulary) -> Schema:
    """What is said when no rule answers; the same keys as in a rule's `answer`, with nothing computed."""
    return described(closed(keys_for([kind], vocabulary)), f"what is said when no rule answers: {kind.doc}")


def _with_variables(schema: Schema) -> Schema:
    """Each value of the map may be a variable."""
    return {**schema, "properties": {name: templated(field, _VARIABLE) for name, field in schema["properties"].items()}}


def _auth(entry: Schema) -> Schema:
    """What a scheme needs."""
    return entry | {
        "allOf": [
            {
                "if": given("scheme", {"not": {"const": "none"}}),
                "then": {"required": ["secret"], "errorMessage": "This scheme needs a secret."},
            },
            {
                "if": given("scheme", {"const": "header"}),
                "then": {"required": ["header"], "errorMessage": "Scheme header needs the name of its header."},
            },
        ],
        "defaultSnippets": [snippet("signed", "An HMAC over the body.", {"scheme": "hmac", "secret": "\\${$1}"})],
    }


_SNIPPETS = [
    snippet(
        "connection: flireo",
        "A platform that posts to us, signed, and is called back.",
        {
            "provider": "flireo",
            "auth": [{"scheme": "hmac", "secret": "\\${${1:NAME}_WEBHOOK_SECRET}"}],
            "api": {"base_url": "$2", "key": "\\${${1:NAME}_API_KEY}"},
            "fallback": {"assistant-request": {"default": True}},
        },
    )
]
