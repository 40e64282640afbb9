"""The schema of a rule's tests, `name.test.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.engine.cases.testfile import CASE_KEYS, EVENT_KEYS, HOLDS, TAKEN
from rules.engine.rule import BY_NAME
from rules.engine.schema.expected import expect_schema
from rules.engine.schema.snippets import CASES
from rules.engine.schema.stubs import stubs_schema
from rules.engine.schema.words import (
    DRAFT,
    Schema,
    anything,
    choice,
    closed,
    described,
    documented,
    duration,
    one_or_many,
    pattern,
    suggested,
    text,
)
from rules.engine.vocabulary import Vocabulary

DOCS: Mapping[str, tuple[str, str]] = {
    "name": ("what it shows; required", "name: an anonymous caller is greeted as well"),
    "tags": ("words to choose it by", "tags: [night]"),
    "at": (
        "the virtual now; Monday 5 January 2026 at noon when left out. Without an offset it is local to vars.yaml",
        "at: 2026-03-02T19:00:00+01:00",
    ),
    "event": (
        "what happens; required, but for a rule that runs by a schedule or by hand",
        "event: { sample: flireo/assistant-request__g3 }",
    ),
    "stubs": ("what each step gives instead of being performed, by its id", "stubs:\n  customer: { status: 404 }"),
    "memory": ("what was remembered before", "memory:\n  caller: { calls: 2 }"),
    "vars": ("constants that are otherwise in this case", "vars: { night_agent: asst_test }"),
    "holds": ("which ceiling of the rule is reached, and until when", "holds: { limit: taken }"),
    "expect": ("what must happen; whatever is not named is not compared; required", "expect: { outcome: ran }"),
}
EVENT_DOCS: Mapping[str, tuple[str, str]] = {
    "sample": ("the name of a delivery as a platform sends it", "sample: flireo/tool-calls__g3"),
    "payload": ("a platform's own body", ""),
    "fields": ("names and their values; all others are empty", 'fields: { call.from: "+31612340001" }'),
    "data": ("the `data` of a run by hand, or of an emitted event", "data: { city: Breda }"),
    "kind": ("which kind, where the rule listens to several", ""),
    "connection": ("to which connection it came; the first of the rule when left out", ""),
    "set": ("names that are changed on top", 'set: { call.from: "+31612340001" }'),
}
_TYPES: Mapping[str, Sequence[str]] = {
    "string": ("string", "number"),
    "timestamp": ("string",),
    "number": ("number",),
    "bool": ("boolean",),
    "map": ("object",),
    "list": ("array",),
}
SOURCES = ("sample", "payload", "fields", "data")
"""An event is made of one of them."""

_ONE_EVENT = "An event is one of sample, payload, fields or data."
_BY_ITSELF: Schema = {"properties": {"kind": {"enum": sorted(BY_NAME)}}, "required": ["kind"]}
"""What a rule runs by without a platform needs no more than its name."""


def cases_schema(vocabulary: Vocabulary, samples: Sequence[str] = ()) -> Schema:
    """The schema of one test file; `samples` are offered by name."""
    cases: Schema = {"type": "array", "items": {"$ref": "#/definitions/case"}, "minItems": 1}
    return {
        "$schema": DRAFT,
        "title": "Hookswitch test",
        **closed({"cases": described(cases, "the cases; each plays its rule once")}, ["cases"]),
        "definitions": {"case": _case(vocabulary, samples)},
    }


def _case(vocabulary: Vocabulary, samples: Sequence[str]) -> Schema:
    keys: Mapping[str, Schema] = {
        "name": text(),
        "tags": one_or_many(text()),
        "at": _moment(),
        "event": _event(vocabulary, samples),
        "stubs": stubs_schema(),
        "memory": closed({"call": _memory("this call"), "caller": _memory("this caller")}),
        "vars": {"type": "object"},
        "holds": _holds(),
        "expect": expect_schema(vocabulary),
    }
    case = closed(documented(CASE_KEYS, keys, DOCS), ["name", "expect"])
    return case | {"defaultSnippets": list(CASES)}


def _moment() -> Schema:
    form = pattern(r"^\s*\d{4}-?(?:\d{2}|W)", "a moment such as 2026-03-02T19:00:00+01:00")
    return form | {"examples": ["2026-03-02T19:00:00+01:00"]}


def _memory(whose: str) -> Schema:
    return described({"type": "object"}, f"what was remembered about {whose}, by key")


def _holds() -> Schema:
    until = duration()
    form = f"{until['pattern']}|^{TAKEN}$"
    message = f"This must be {TAKEN}, or how long until a place is free, such as 3s."
    hold = until | {"pattern": form, "patternErrorMessage": message, "examples": [TAKEN]}
    return closed({name: described(hold, f"whether the rule's `{name}` is reached, and until when") for name in HOLDS})


def _event(vocabulary: Vocabulary, samples: Sequence[str]) -> Schema:
    names: Schema = {"type": "object", "properties": _names(vocabulary)}
    keys: Mapping[str, Schema] = {
        "sample": suggested(samples),
        "payload": {"type": "object"},
        "fields": names,
        "data": {"type": "object"},
        "kind": choice({kind.name: kind.doc for kind in vocabulary.kinds.values()}),
        "connection": suggested(sorted(vocabulary.connections)),
        "set": names,
    }
    return closed(documented(EVENT_KEYS, keys, EVENT_DOCS)) | {
        "anyOf": [*({"required": [key], "errorMessage": _ONE_EVENT} for key in SOURCES), _BY_ITSELF],
        "dependencies": {key: _without([other for other in SOURCES if other != key]) for key in SOURCES},
    }


def _without(keys: Sequence[str]) -> Schema:
    return {"properties": dict.fromkeys(keys, False), "errorMessage": _ONE_EVENT}


def _names(vocabulary: Vocabulary) -> dict[str, Schema]:
    """Every name an event may have, with what it means. Fields inside maps have longer names, which are allowed too."""
    docs = {name: doc for kind in vocabulary.kinds.values() for name, doc in kind.docs.items()}
    words = {name: word for kind in vocabulary.kinds.values() for name, word in kind.names.items() if "." in name}
    return {name: described(_typed(words[name]), docs.get(name, "")) for name in sorted(words)}


def _typed(word: str) -> Schema:
    """A value of that type, or null for none."""
    return {"type": [*_TYPES[word], "null"]} if word in _TYPES else anything()
