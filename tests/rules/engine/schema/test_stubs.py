from __future__ import annotations

import pytest

from rules.engine.cases.casestubs import REPLY_KEYS
from rules.engine.cases.httpstubs import REQUEST_KEYS
from rules.engine.schema.stubs import REPLY_DOCS, REQUEST_DOCS, stubs_schema
from tests.rules.engine.schema.support import faults_in

SCHEMA = stubs_schema()


def test_every_key_has_its_words() -> None:
    assert set(REPLY_DOCS) == set(REPLY_KEYS)
    assert set(REQUEST_DOCS) == set(REQUEST_KEYS)


@pytest.mark.parametrize(
    "text",
    [
        "customer: { status: 404, body: { id: 7 }, whatever: 1 }",
        "customer: [ { error: no }, { unavailable: later, delay: 5s }, {} ]",
        "http: [ { request: { url: https://x/*, method: GET }, status: 200, body: [] } ]",
        "http: [ { request: { url: https://x }, replies: [ { status: 500 }, { text: ok } ] } ]",
    ],
)
def test_what_is_right(text: str) -> None:
    assert faults_in(SCHEMA, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("customer: 404", "customer"),
        ("customer: { delay: long }", "customer.delay"),
        ("customer: [ 404 ]", "customer.0"),
        ("http: [ { request: { adress: x } } ]", "http.0.request"),
        ("http: [ { request: {} } ]", "http.0.request"),
        ("http: [ { request: { method: FETCH } } ]", "http.0.request.method"),
        ("http: [ { request: { url: x }, status: 9 } ]", "http.0.status"),
        ("http: [ { request: { url: x }, replies: [ { state: 1 } ] } ]", "http.0.replies.0"),
    ],
)
def test_what_is_wrong(text: str, place: str) -> None:
    assert place in faults_in(SCHEMA, text)
