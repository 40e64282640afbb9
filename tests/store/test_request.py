from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.request import MOST_FIELDS, PLAIN, Request, form_of, payload_of

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_a_plain_post_takes_no_room() -> None:
    assert PLAIN.to_json() == b""
    assert Request.from_json(None) == Request.from_json(b"") == PLAIN


@given(st.builds(Request, st.text(), st.text(), st.text(), st.dictionaries(st.text(), st.text())))
def test_a_request_comes_back_as_it_was_stored(request: Request) -> None:
    assert Request.from_json(request.to_json()) == request


@pytest.mark.parametrize(
    ("body", "headers", "payload"),
    [
        (b'{"a": 1}', JSON, {"a": 1}),
        (b'{"a": 1}', {}, {"a": 1}),
        (b"[1, 2]", JSON, {"value": [1, 2]}),
        (b"nonsense", JSON, {}),
        (b"a=1&b=&c=x%20y&a=2", FORM, {"a": ["1", "2"], "b": "", "c": "x y"}),
        (b"", JSON, {"from": "query"}),
    ],
)
def test_the_payload_is_the_body_or_else_the_query(
    body: bytes, headers: dict[str, str], payload: dict[str, object]
) -> None:
    assert payload_of(body, headers, Request("GET", query={"from": "query"})) == payload


def test_a_form_with_too_many_fields_is_none() -> None:
    assert form_of(b"&".join(b"a=1" for _ in range(MOST_FIELDS + 1))) == {}


@given(st.binary(max_size=200))
def test_no_form_raises(body: bytes) -> None:
    assert isinstance(form_of(body), dict)
