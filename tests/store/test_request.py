from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.request import MOST_FIELDS, PLAIN, Request, form_of, payload_of, stands_plainly

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


PARTS = {"content-type": 'multipart/form-data; boundary="b 1"'}


def in_parts(*parts: str) -> bytes:
    return "".join(f"--b 1\r\n{part}\r\n" for part in parts).encode() + b"--b 1--\r\n"


def field(name: str, value: str) -> str:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'


def test_a_form_in_parts_is_a_form() -> None:
    body = in_parts(field("a", "1"), field("b", "two\r\nlines"), field("a", "3"))
    assert payload_of(body, PARTS) == {"a": ["1", "3"], "b": "two\r\nlines"}
    capitals = {"content-type": "Multipart/Form-Data; boundary=x"}
    assert payload_of(b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--', capitals) == {"a": "1"}


def test_files_in_a_form_are_left_out() -> None:
    file = 'Content-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nx'
    assert payload_of(in_parts(file, field("a", "1")), PARTS) == {"a": "1"}


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (in_parts(field("a", "1")), "multipart/form-data"),
        (in_parts(field("a", "1")), "multipart/form-data; boundary=other"),
        (in_parts("\r\nno headers"), PARTS["content-type"]),
        (in_parts(*[field("a", "1")] * (MOST_FIELDS + 1)), PARTS["content-type"]),
    ],
)
def test_what_is_no_form_in_parts_is_empty(body: bytes, written: str) -> None:
    assert payload_of(body, {"content-type": written}) == {}


@given(st.binary(max_size=60), st.binary(max_size=60), st.text(max_size=20))
def test_no_form_in_parts_raises(head: bytes, value: bytes, boundary: str) -> None:
    body = b"--b\r\n" + head + b"\r\n\r\n" + value + b"\r\n--b--"
    assert isinstance(payload_of(body, {"content-type": "multipart/form-data; boundary=b"}), dict)
    assert isinstance(payload_of(body, {"content-type": f"multipart/form-data; boundary={boundary}"}), dict)


def test_a_body_that_only_tolerant_readers_read_is_a_payload_all_the_same() -> None:
    assert payload_of(b'\xef\xbb\xbf{"a": NaN}', JSON) == {"a": "NaN"}


@pytest.mark.parametrize(
    ("body", "headers", "plainly"),
    [
        ('{"a": "caf\u00e9"}'.encode(), JSON, True),
        (b'{"a": "caf\\u00e9"}', JSON, False),
        (b'{"a": "1\\/2"}', JSON, False),
        (b'{"a": "line\\n"}', {}, True),
        (b'{"a": 1}', FORM, False),
    ],
)
def test_whether_text_stands_in_a_body_as_it_is_read(body: bytes, headers: dict[str, str], plainly: bool) -> None:
    assert stands_plainly(body, headers) is plainly
