from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.cases.httpstubs import as_written, nearest, pattern_of
from rules.engine.vocabulary import Asked

ASKED = Asked(
    "POST",
    "https://crm.example.com/customers/a%20b",
    {"phone": "+31612340001", "tag": ["a", "b"], "n": "7"},
    {"content-type": "application/json", "x-team": "ops"},
    {"name": "Ada", "items": [1, 2]},
)


@pytest.mark.parametrize(
    "request_",
    [
        {"url": "https://crm.example.com/customers/a b"},
        {"url": "https://crm.example.com/customers/a%20b"},
        {"url": "HTTPS://CRM.example.com/*"},
        {"url": "*/customers/*"},
        {"url": "https://crm.example.com/customers/*?phone=%2B31612340001"},
        {"method": "post"},
        {"query": {"n": 7, "tag": ["a", "b"]}},
        {"query": {"missing": None}},
        {"headers": {"X-Team": "ops"}},
        {"body": {"name": "Ada"}},
        {},
    ],
)
def test_requests_that_are_meant(request_: dict[str, Any]) -> None:
    assert pattern_of(request_).fits(ASKED)


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"method": "GET"}, 'method: wanted "GET", got "POST"'),
        (
            {"url": "https://crm.example.com/customer/*"},
            'url: wanted "https://crm.example.com/customer/*", got "https://crm.example.com/customers/a b"',
        ),
        ({"query": {"phone": "+31612340002"}}, 'query.phone: wanted "+31612340002", got "+31612340001"'),
        ({"query": {"page": 1}}, 'query.page: wanted "1", got nothing'),
        ({"headers": {"x-team": "dev"}}, 'headers.x-team: wanted "dev", got "ops"'),
        ({"body": {"items": [1]}}, "body.items: wanted [1], got [1, 2]"),
    ],
)
def test_what_differs_is_named(request_: dict[str, Any], what: str) -> None:
    assert [difference.text for difference in pattern_of(request_).differences(ASKED)] == [what]


def test_a_host_without_a_path_is_its_root() -> None:
    bare = Asked("GET", "https://crm.example.com")
    assert pattern_of({"url": "https://crm.example.com/"}).fits(bare)
    assert pattern_of({"url": "https://crm.example.com/*"}).fits(bare)
    assert not pattern_of({"body": {}}).fits(bare)


def test_the_address_counts_most_for_the_nearest() -> None:
    patterns = [
        pattern_of({"url": "https://other.example.com/"}),
        pattern_of({"url": "https://crm.example.com/customers/*", "query": {"phone": "1"}, "body": {"name": "Bob"}}),
        pattern_of({"method": "GET", "url": "https://crm.example.com/customers/*"}),
    ]
    assert nearest(patterns, ASKED) == 1
    assert nearest([], ASKED) is None


def test_a_request_on_one_line() -> None:
    assert as_written(Asked("GET", "https://x.example/a%20b", {"phone": "+31", "t": ["a", "&"]})) == (
        "GET https://x.example/a b?phone=+31&t=a&t=%26"
    )


@given(st.text(), st.text())
def test_no_address_makes_it_raise(pattern: str, url: str) -> None:
    pattern_of({"url": pattern}).fits(Asked("GET", url))
