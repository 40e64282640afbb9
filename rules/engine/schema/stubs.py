"""The schema of `stubs` in a test case: what steps give, and what answers requests."""

from __future__ import annotations

from collections.abc import Mapping

from rules.engine.cases.casestubs import HTTP, METHODS, REPLY_KEYS, STUB_WORDS
from rules.engine.cases.httpstubs import REQUEST_KEYS
from rules.engine.schema.words import Schema, choice, closed, described, documented, duration, text

REPLY_DOCS: Mapping[str, tuple[str, str]] = {
    "status": ("the HTTP status", "status: 404"),
    "headers": ("headers of the answer", ""),
    "body": ("the JSON of the answer", "body: { id: 7 }"),
    "text": ("the answer as text", ""),
    "error": ("it is refused with this message; waiting mends nothing", "error: no such customer"),
    "unavailable": ("nothing happened, and another try may go better", "unavailable: try later"),
    "delay": ("the virtual time it takes", "delay: 5s"),
}
REQUEST_DOCS: Mapping[str, tuple[str, str]] = {
    "method": ("the method", ""),
    "url": ("the address without its query; `*` stands for any text", "url: https://crm.example.com/*"),
    "query": ("values of the query; those that are not named may be anything", ""),
    "headers": ("headers; those that are not named may be anything", ""),
    "body": ("the body; what is not named in it may be anything", ""),
}
_REPLY: Mapping[str, Schema] = {
    "status": {"type": "integer", "minimum": 100, "maximum": 599},
    "headers": {"type": "object"},
    "delay": duration(),
}


def stubs_schema() -> Schema:
    """By step; `http` answers requests, whichever step makes them."""
    own = documented(sorted(STUB_WORDS), {"delay": duration()}, REPLY_DOCS)
    stub: Schema = {"type": "object", "properties": own}
    step: Schema = {"type": ["object", "array"], "properties": own, "items": stub}
    doc = "what the step gives, such as `status` and `body`; of a list, each try takes the next"
    answers = described({"type": ["object", "array"], "items": _http_stub()}, "what answers requests, each by itself")
    return {"type": "object", "properties": {HTTP: answers}, "additionalProperties": described(step, doc)}


def request_schema() -> Schema:
    """Which request is meant."""
    keys: Mapping[str, Schema] = {
        "method": choice(dict.fromkeys(METHODS, "")),
        "url": text(),
        "query": {"type": "object"},
        "headers": {"type": "object"},
    }
    return closed(documented(REQUEST_KEYS, keys, REQUEST_DOCS)) | {"minProperties": 1}


def _http_stub() -> Schema:
    reply = documented(REPLY_KEYS, _REPLY, REPLY_DOCS)
    replies: Schema = {"type": ["object", "array"], "properties": reply, "items": closed(reply)}
    keys = {
        "request": described(request_schema(), "which requests it answers"),
        "replies": described(replies, "one answer for each request; the last one serves the rest"),
        **reply,
    }
    return {"type": "object", "properties": keys}
