"""The schema of `on`: kinds of events, their filters, and schedules."""

from __future__ import annotations

from collections.abc import Sequence

from rules.engine.loading.readon import FILTER_VALUES, SPECIAL_USE
from rules.engine.schema.words import (
    Schema,
    choice,
    closed,
    described,
    pattern,
    sentence,
    snippet,
    suggested,
    text,
)
from rules.engine.vocabulary import KindWords, Vocabulary

_DOC = "which events the rule is about: one kind, a list of kinds, or a map with filters"
_EXAMPLE = "on:\n  tool-calls: send_invoice"
_NEVER = "(?!)"
_CRON = "minute hour day month weekday"
_FIVE_FIELDS = pattern(r"^\s*\S+(?:\s+\S+){4}\s*$", f"five fields: {_CRON}")
_ZONES = ["Europe/Amsterdam", "Europe/London", "America/New_York", "UTC"]
_CATCH_UP = {
    "skip": "what was due while nothing ran is left out; this is what happens when it is left out",
    "once": "what was due while nothing ran is made up for, once",
}


def on_schema(vocabulary: Vocabulary) -> Schema:
    """A word, a list of words, or a map with filters."""
    words = choice({kind.name: _kind_doc(kind) for kind in vocabulary.kinds.values() if kind.name not in SPECIAL_USE})
    filters = closed({**_filters(vocabulary), **_special(vocabulary)})
    on: Schema = {
        "type": ["string", "array", "object"],
        "anyOf": [described(words, _DOC, _EXAMPLE), {"type": ["array", "object"]}],
        "allOf": [{**_untyped(filters), "items": words, "minItems": 1, "minProperties": 1}],
        "defaultSnippets": _SNIPPETS,
    }
    return described(on, _DOC, _EXAMPLE)


def _untyped(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "type"}


def _kind_doc(kind: KindWords) -> str:
    """What happened, whether somebody waits, and what expressions see."""
    groups = sorted({name.partition(".")[0] for name in kind.names if "." in name} - {"event"})
    waits = " A platform waits for the `answer`." if kind.waits else ""
    seen = f" Expressions see {', '.join(f'`{group}.*`' for group in groups)}." if groups else ""
    return f"{sentence(kind.doc)}{waits}{seen}".strip()


def _filters(vocabulary: Vocabulary) -> dict[str, Schema]:
    return {kind.name: _filter(kind) for kind in vocabulary.kinds.values() if kind.name not in SPECIAL_USE}


def _filter(kind: KindWords) -> Schema:
    """Nothing, or what the kind's filter compares."""
    if not kind.filter:
        message = f"{kind.name} has no filter; leave it empty and use if instead."
        nothing = {
            "type": ["string", "null"],
            "pattern": _NEVER,
            "patternErrorMessage": message,
            "errorMessage": message,
        }
        return described(nothing, f"{_kind_doc(kind)} It has no filter; leave it empty")
    doc = f"{_kind_doc(kind)} Only those where `{kind.filter}` is this, or one of these"
    return described(_one_or_many_of(FILTER_VALUES.get(kind.filter, ()), empty=True), doc)


def _one_or_many_of(words: Sequence[str], *, empty: bool) -> Schema:
    """One of these words, any text where there are none, or a list of such; nothing at all where it may be empty."""
    others = ["array", "null"] if empty else ["array"]
    if not words:
        return {"type": [*text()["type"], *others], "allOf": [{"items": text()}]}
    word: Schema = {"description": "One of these.", "type": "string", "enum": list(words)}
    return {"type": ["string", *others], "anyOf": [word, {"type": others}], "allOf": [{"items": word}]}


def _special(vocabulary: Vocabulary) -> dict[str, Schema]:
    natives = sorted({name for names in vocabulary.natives.values() for name in names})
    native = suggested(natives) | {"type": [*text()["type"], "array"], "items": suggested(natives), "minItems": 1}
    return {
        "native": described(
            native, "the platform's own name for the event, whatever kind it became; no `answer` is possible"
        ),
        "event": described(
            _one_or_many_of((), empty=True), "events that rules emitted under this name, with the action `emit`"
        ),
        "schedule": described(_schedule(), "when the rule runs by itself", _SCHEDULE_EXAMPLE),
    }


_SCHEDULE_EXAMPLE = 'on:\n  schedule: { cron: "0 18 * * MON-FRI", timezone: Europe/Amsterdam }'


def _schedule() -> Schema:
    keys = {
        "cron": described(
            {**_FIVE_FIELDS, "examples": ["0 18 * * MON-FRI"]}, f"when it is due: {_CRON}", 'cron: "0 18 * * MON-FRI"'
        ),
        "timezone": described(zone(), "whose clock; that of vars.yaml when left out"),
        "catch_up": described(choice(_CATCH_UP), "what becomes of times that passed while nothing ran"),
    }
    return closed(keys, ["cron"])


def zone() -> Schema:
    """A time zone; some are offered."""
    return {**text(), "examples": _ZONES}


_SNIPPETS: Sequence[Schema] = [
    snippet("on: a tool", "When the agent runs this tool.", {"tool-calls": "$1"}),
    snippet(
        "on: a schedule",
        "At these times.",
        {"schedule": {"cron": "${1:0 18 * * MON-FRI}", "timezone": "${2:Europe/Amsterdam}"}},
    ),
    snippet(
        "on: a status",
        "When a call takes this status.",
        {"status-update": "${1|ringing,in-progress,forwarding,ended,failed|}"},
    ),
]
