from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.clients.errors import (
    ApiError,
    AuthFailed,
    Conflict,
    InDoubtError,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
)
from workers.clients.exchange import Received
from workers.clients.failures import LONGEST_WAIT, Told, failure, retry_after, told


def answer(status: int, body: Any = None, **headers: str) -> Received:
    fields = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return Received(status, fields, orjson.dumps(body), body, body is not None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, Invalid),
        (400, Invalid),
        (401, AuthFailed),
        (402, Invalid),
        (403, AuthFailed),
        (404, NotFound),
        (408, Unavailable),
        (409, Conflict),
        (422, Invalid),
        (429, RateLimited),
    ],
)
def test_statuses_map_to_the_tree_whatever_the_method(status: int, kind: type[ApiError]) -> None:
    for method in ("GET", "POST"):
        error = failure(answer(status), method, who="X")
        assert type(error) is kind
        assert error.status == status


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_in_doubt_only_for_what_must_not_happen_twice(status: int) -> None:
    assert type(failure(answer(status), "GET", who="X")) is Unavailable
    assert type(failure(answer(status), "PATCH", who="X", idempotent=True)) is Unavailable
    assert type(failure(answer(status), "POST", who="X")) is InDoubtError


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"code": "already_linked", "message": "It is.", "details": {}}}, Told("already_linked", "It is.")),
        (
            {"error": {"code": "missing_field", "message": "No name.", "param": "name", "type": "x"}},
            Told("missing_field", "No name."),
        ),
        ({"error": "Unauthorized", "message": "Bad key."}, Told("", "Bad key.")),
        ({"error": "Unauthorized"}, Told("", "Unauthorized")),
        ({"error": "already_linked", "message": "It is."}, Told("already_linked", "It is.")),
        ({"error": "Bad", "details": ["a", "b"]}, Told("", "Bad; a; b")),
        ({"message": "Nope", "error": "Bad Request", "statusCode": 400}, Told("", "Nope")),
        ({"message": ["a must be b", "c"], "error": "Bad Request", "statusCode": 400}, Told("", "a must be b; c")),
        ({"detail": [{"loc": ["query", "id"], "msg": "not a uuid", "type": "x"}]}, Told("", "not a uuid")),
        ({"detail": "Not here"}, Told("", "Not here")),
        ({}, Told()),
        (["x"], Told()),
        ("text", Told()),
        (None, Told()),
    ],
)
def test_every_documented_error_body_is_understood(body: Any, said: Told) -> None:
    assert told(body) == said


def test_a_platforms_code_says_more_than_the_status() -> None:
    body = {"error": {"code": "already_in_use", "message": "held"}}
    error = failure(answer(400, body), "POST", who="Flireo", codes={"already_in_use": Conflict})
    assert type(error) is Conflict
    assert error.code == "already_in_use"
    assert error.message == "Flireo answered 400: already_in_use: held"


def test_error_texts_hold_no_secret_and_no_phone_number() -> None:
    body = {"error": "Bad", "message": "key k-secret-1 may not touch +31850000001"}
    error = failure(answer(400, body), "GET", who="X", secrets={"k-secret-1"})
    assert "k-secret-1" not in str(error)
    assert "31850000001" not in str(error)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry_after": "7"}, None, 7.0),
        ({"retry_after": " 2.5 "}, None, 2.5),
        ({"retry_after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, None, 30.0),
        ({"retry_after": "Sat, 21 Nov 2026 09:00:00 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, None, 0.0),
        ({"retry_after": "999999999"}, None, LONGEST_WAIT),
        ({"retry_after": "-5"}, None, None),
        ({"retry_after": "soon"}, None, None),
        ({}, {"retry_after": 12}, 12.0),
        ({}, {"retry_after": True}, None),
        ({}, None, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], body: Any, seconds: float | None) -> None:
    assert retry_after(answer(429, body, **headers)) == seconds


@given(st.text(), st.text())
def test_no_header_breaks_retry_after(header: str, date: str) -> None:
    received = Received(
        429, httpx.Headers([(b"retry-after", header.encode()), (b"date", date.encode())]), b"", None, False
    )
    wait = retry_after(received)
    assert wait is None or 0 <= wait <= LONGEST_WAIT


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "details", "code", "msg", "x"]), inner, max_size=4
        )
    ),
)


@given(_ANY, st.integers(300, 599))
def test_no_body_breaks_the_mapping(body: Any, status: int) -> None:
    assert failure(answer(status, body), "POST", who="X").message.startswith(f"X answered {status}: ")
