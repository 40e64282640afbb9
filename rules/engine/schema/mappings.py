"""The schema of a connection's `mapping`: what an event has, each value an expression, and replies by kind."""

from __future__ import annotations

from collections.abc import Mapping

from rules.engine.schema.answers import waiting
from rules.engine.schema.words import Schema, choice, closed, described
from rules.engine.vocabulary import Vocabulary

_NEVER_SENT = frozenset({"schedule", "emitted", "manual", "unreadable"})
_OUR_OWN = frozenset({"event", "now", "raw", "tool", "data"})
_KEYS: Mapping[str, tuple[str, str]] = {
    "native": ("the platform's own name for the kind of event", "native: raw.event"),
    "dedup_key": (
        "the same for deliveries that are one event; a list where it takes several values",
        "dedup_key: raw.id",
    ),
    "occurred_at": ("when it happened: ISO 8601, or an epoch in seconds or milliseconds", "occurred_at: raw.at"),
    "data": ("the fields of data-collected and dial-request: a map", "data: raw.answers"),
}


def mapping_schema(vocabulary: Vocabulary) -> Schema:
    """What may be written under `mapping:`."""
    sent = {name: kind.doc for name, kind in vocabulary.kinds.items() if name not in _NEVER_SENT}
    return closed(
        {
            "each": described(
                {"type": "string", "pattern": r"^raw(\.[A-Za-z_]\w*)+$"},
                "where the list is, if one delivery holds several events; each is `item` in the others",
                "each: raw.events",
            ),
            **{key: described(_expression(), *told) for key, told in _KEYS.items()},
            "kind": described(
                {"type": ["string", "object"], "additionalProperties": choice(sent)},
                "ours, by the platform's name; or an expression that gives it",
                "kind: { call_done: end-of-call-report }",
            ),
            "tools": described(
                closed({name: _expression() for name in ("each", "id", "name", "arguments")}),
                "the tools of a tool-calls event; with `each`, one for every `item` of a list",
            ),
            **_sections(vocabulary),
            "reply": described(
                closed({kind.name: _expression() for kind in waiting(vocabulary)}),
                "what the platform hears, made of `answer` and `answers`; a map",
            ),
        }
    )


def _sections(vocabulary: Vocabulary) -> dict[str, Schema]:
    found: dict[str, dict[str, Schema]] = {}
    for kind in vocabulary.kinds.values():
        for name in kind.names:
            section, _, field = name.partition(".")
            if field and section not in _OUR_OWN:
                found.setdefault(section, {})[field] = described(_expression(), kind.docs.get(name, ""))
    return {section: described(closed(fields), f"{section} of the event") for section, fields in found.items()}


def _expression() -> Schema:
    """An expression, a number, or a map or list of such."""
    return {"type": ["string", "number", "boolean", "object", "array"], "minLength": 1}
