"""The schema of `expect` in a test case."""

from __future__ import annotations

from collections.abc import Mapping

from rules.engine.cases.readexpect import CALL_KEYS, EMITTED_KEYS, EXPECT_KEYS, OUTCOMES, SCOPES, STEP_OUTCOMES
from rules.engine.schema.stubs import request_schema
from rules.engine.schema.words import Schema, choice, closed, described, documented, suggested, text
from rules.engine.vocabulary import Vocabulary

DOCS: Mapping[str, tuple[str, str]] = {
    "outcome": ("how the rule ended", ""),
    "stopped_at": ("which condition was false", 'stopped_at: "if[1]"'),
    "answer": ("the whole answer", "answer: { assistant: asst_night }"),
    "answer_has": ("a part of the answer", "answer_has: { assistant: asst_night }"),
    "answered_by": ("which rule answered; `nobody` for none", "answered_by: after_hours"),
    "rules": ("how other rules of the folder ended, by name", "rules: { after_hours: overtaken }"),
    "calls": ("calls that were made, in this order, others may stand between; `[]` wants none", ""),
    "no_calls": ("calls that were not made", "no_calls: [ { action: notify } ]"),
    "emitted": ("events that were emitted, in this order", "emitted: [ { event: look_again } ]"),
    "memory": ("what is remembered afterwards", "memory:\n  caller: { calls: 3 }"),
    "steps": ("the outcome of steps, by id", "steps: { customer: done }"),
    "late": ("whether the answer came too late", ""),
    "meanwhile": ("what was said when the deadline passed", ""),
    "error": ("a part of the error's message", ""),
}
CALL_DOCS: Mapping[str, tuple[str, str]] = {
    "step": ("the step's id; step-1, step-2 and so on for those without", "step: customer"),
    "action": ("its action", "action: http.request"),
    "rule": ("the rule it belongs to, if it is another one", ""),
    "with": ("its parameters; those that are not named are not compared", ""),
    "request": ("the HTTP request it made; what is not named is not compared", ""),
    "index": ("which item of `for_each`, from 0", ""),
    "tries": ("how often it was tried", ""),
}
EMITTED_DOCS: Mapping[str, tuple[str, str]] = {
    "event": ("its name", "event: look_again"),
    "data": ("its data; what is not named is not compared", ""),
    "at": ("when it is due", ""),
}
_MEANS: Mapping[str, str] = {
    "ran": "the conditions held, and every step was done or skipped",
    "failed": "a step failed for good",
    "not_matched": "a condition was false",
    "error": "an expression could not be evaluated",
    "limited": "a limit, once or concurrency held it back",
    "parked": "it waits for its next try",
    "overtaken": "another rule had answered",
    "shadow": "it would have acted, and is in shadow mode",
    "disabled": "it is switched off",
}


def expect_schema(vocabulary: Vocabulary) -> Schema:
    """What must happen."""
    ended = choice({word: _MEANS.get(word, "") for word in OUTCOMES})
    keys: Mapping[str, Schema] = {
        "outcome": ended,
        "stopped_at": text() | {"type": ["string", "number", "null"]},
        "answered_by": text(),
        "rules": {"type": "object", "additionalProperties": ended},
        "calls": _one_or_list(_call(vocabulary)),
        "no_calls": _one_or_list(_call(vocabulary)),
        "emitted": _one_or_list(_emitted()),
        "memory": closed({scope: described({"type": "object"}, f"of this {scope}, by key") for scope in SCOPES}),
        "steps": {"type": "object", "additionalProperties": choice(dict.fromkeys(STEP_OUTCOMES, ""))},
        "late": {"type": "boolean"},
    }
    return closed(documented(EXPECT_KEYS, keys, DOCS)) | {"minProperties": 1}


def _one_or_list(item: Schema) -> Schema:
    """One map, or a list of such maps."""
    return {**item, "type": ["array", "object"], "items": item}


def _call(vocabulary: Vocabulary) -> Schema:
    keys: Mapping[str, Schema] = {
        "step": text(),
        "action": suggested(sorted(vocabulary.actions)),
        "rule": text(),
        "with": {"type": "object"},
        "request": request_schema(),
    }
    return closed(documented(CALL_KEYS, keys, CALL_DOCS)) | {"minProperties": 1}


def _emitted() -> Schema:
    return closed(documented(EMITTED_KEYS, {"data": {"type": "object"}}, EMITTED_DOCS))
