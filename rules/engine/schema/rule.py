"""The schema of a rule file."""

from __future__ import annotations

from collections.abc import Mapping

from rules.engine.loading.readholds import CONCURRENCY_KEYS, LIMIT_KEYS, ONCE_KEYS
from rules.engine.loading.readon import SPECIAL_USE
from rules.engine.loading.readrule import RULE_KEYS
from rules.engine.schema.answers import definitions, dependent, waiting
from rules.engine.schema.snippets import RULES
from rules.engine.schema.steps import step_schema
from rules.engine.schema.triggers import on_schema
from rules.engine.schema.words import (
    DRAFT,
    Schema,
    choice,
    closed,
    described,
    documented,
    duration,
    expression,
    hidden,
    one_or_many,
    suggested,
    text,
    whole,
)
from rules.engine.vocabulary import Vocabulary

_MODES = {
    "live": "it acts; this is so when it is left out",
    "shadow": "its trace shows what it would do and answer; it calls nothing, answers nothing and takes no turn",
}
_LATE = {
    "inject": "it is put into the live call; this is so when it is left out, where the platform can",
    "drop": "it is noted in the trace and no more",
}
_EXCESS = {
    "skip": "what is too much is left out; this is so when it is left out",
    "delay": "what is too much waits; refused where a platform waits for the answer",
}
_AT_ONE_TIME = {
    "queue": "the next run waits; this is so when it is left out",
    "skip": "the next run is left out",
    "restart": "the next run takes the place of the one before, between steps",
}
DOCS: Mapping[str, tuple[str, str]] = {
    "description": ("one sentence: what the rule is for; required", ""),
    "owner": ("who is asked about it", "owner: support-ops"),
    "runbook": ("where the procedure is", "runbook: https://wiki.example.com/invoice"),
    "tags": ("words to find it by", "tags: [night, invoices]"),
    "enabled": ("`false` switches it off; it then shows as `disabled` in traces", ""),
    "mode": ("whether it acts, or only shows in the trace what it would have done", ""),
    "connections": ("which connections it listens to; all of them when left out", "connections: [front_desk]"),
    "if": (
        "one expression or a list; the entries run in order and stop at the first that is false",
        "if:\n  - call.from != \"\"\n  - '!open_now(vars.hours, now)'",
    ),
    "priority": ("its place among the rules that answer: lowest first, then by file name; 100 when left out", ""),
    "backstop": (
        "`true`: with an `answer` where somebody waits, it takes its turn after all others; else it runs only if no "
        "other rule ran for that event, or that tool call",
        "",
    ),
    "steps": ("what it does, one action after the other", "steps:\n  - action: log\n    with: { message: seen }"),
    "answer": (
        "what the platform is told: one answer, or a list of which the first that fits is given; `on` decides its keys",
        "answer:\n  - if: steps.order.status == 404\n    error: There is no order with that number.\n"
        "  - result: The order is on its way.",
    ),
    "within": ("this rule's own deadline, counted from the first byte of the request", "within: 4s"),
    "meanwhile": (
        "what is said if the deadline passes first; it cannot speak of steps",
        "meanwhile:\n  result: One moment.",
    ),
    "late": ("what becomes of an answer that is ready too late", ""),
    "limit": (
        "how often it may act in a time; the rest is left out, or waits",
        "limit: { count: 3, per: 1h, key: call.from }",
    ),
    "concurrency": ("how many runs may go on at one time", "concurrency: { key: call.id, max: 1, mode: queue }"),
    "once": ("at most once for each key", "once: { key: call.id, per: 1d }"),
}


def rule_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of one rule file."""
    silent = [kind.name for kind in vocabulary.kinds.values() if not kind.answer_keys]
    return {
        "$schema": DRAFT,
        "title": "Hookswitch rule",
        "type": "object",
        "additionalProperties": False,
        "properties": documented(RULE_KEYS, _keys(vocabulary), DOCS),
        "required": ["description", "on"],
        "anyOf": [_acts("steps"), _acts("answer")],
        "dependencies": {key: ["answer"] for key in ("within", "meanwhile", "late")},
        "allOf": [_steps_or_answer(), *dependent(vocabulary, dict.fromkeys([*silent, *SPECIAL_USE]))],
        "defaultSnippets": RULES if waiting(vocabulary) else [],
        "definitions": {"step": step_schema(vocabulary), **definitions(vocabulary)},
    }


def _acts(key: str) -> Schema:
    return {"required": [key], "errorMessage": "This rule does nothing; give it steps or an answer."}


def _steps_or_answer() -> Schema:
    """An empty list of steps does nothing either."""
    some = hidden({"minItems": 1})
    return {"if": {"required": ["answer"]}, "then": {}, "else": {"properties": {"steps": some}}}


def _keys(vocabulary: Vocabulary) -> Mapping[str, Schema]:
    return {
        **dict.fromkeys(("description", "owner", "runbook"), text()),
        "tags": one_or_many(text()),
        "enabled": {"type": "boolean", "default": True},
        "mode": choice(_MODES),
        "connections": {**one_or_many(suggested(sorted(vocabulary.connections))), "minItems": 1},
        "on": on_schema(vocabulary),
        "if": {**one_or_many(expression()), "minItems": 1},
        "priority": {"type": "number"},
        "backstop": {"type": "boolean"},
        "steps": {"type": "array", "items": {"$ref": "#/definitions/step"}, "maxItems": 100},
        "answer": {"type": ["object", "array"]},
        "within": duration(some=True),
        "meanwhile": {"type": "object"},
        "late": choice(_LATE),
        "limit": _limit(),
        "concurrency": _concurrency(),
        "once": _once(),
    }


def _limit() -> Schema:
    keys = {
        "count": described(whole(), "how often it may act in that time; required"),
        "per": described(duration(some=True), "in how long a time; required"),
        "key": described(expression(), "an expression; each of its values is counted by itself"),
        "excess": described(choice(_EXCESS), "what becomes of what is too much"),
    }
    return closed({key: keys[key] for key in LIMIT_KEYS}, ["count", "per"])


def _concurrency() -> Schema:
    keys = {
        "key": described(expression(), "an expression; each of its values is counted by itself"),
        "max": described(whole(), "how many at one time; 1 when left out"),
        "mode": described(choice(_AT_ONE_TIME), "what becomes of a run that is too much"),
    }
    return closed({key: keys[key] for key in CONCURRENCY_KEYS})


def _once() -> Schema:
    keys = {
        "key": described(expression(), "an expression; the rule acts once for each of its values; required"),
        "per": described(duration(some=True), "for how long that holds; for ever when left out"),
    }
    return closed({key: keys[key] for key in ONCE_KEYS}, ["key"])
