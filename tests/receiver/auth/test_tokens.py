"""Shared secrets that travel as they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.auth.errors import BadSignature
from receiver.auth.tokens import check_bearer, check_header, check_path_token
from receiver.raw import RawDelivery
from store.connections import AuthEntry

SECRET = "s3cret-€"
ON_THE_WIRE = SECRET.encode().decode("latin-1")


def with_header(name: str, value: str) -> RawDelivery:
    return RawDelivery(body=b"", headers={name: value})


def bearer(value: str, name: str = "authorization", **overrides: Any) -> None:
    check_bearer(with_header(name, value), AuthEntry(scheme="bearer", secret=SECRET, **overrides))


@pytest.mark.parametrize("prefix", ["Bearer ", "bearer ", "BEARER  "])
def test_bearer(prefix: str) -> None:
    bearer(prefix + ON_THE_WIRE)


def test_bearer_with_another_header_and_prefix() -> None:
    bearer("Token " + ON_THE_WIRE, "x-key", header="X-Key", prefix="Token")
    bearer(ON_THE_WIRE, "x-key", header="X-Key", prefix="")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic " + ON_THE_WIRE, ON_THE_WIRE])
def test_no_bearer_token(value: str) -> None:
    with pytest.raises(BadSignature, match="no token"):
        bearer(value)


@pytest.mark.parametrize(
    "token",
    ["x", ON_THE_WIRE + " ", ON_THE_WIRE[:-1], ON_THE_WIRE.upper(), f"{ON_THE_WIRE}, Bearer {ON_THE_WIRE}"],
)
def test_another_bearer_token(token: str) -> None:
    with pytest.raises(BadSignature, match="does not match"):
        bearer(f"Bearer {token}")


def test_header() -> None:
    entry = AuthEntry(scheme="header", secret=SECRET, header="X-Vapi-Secret")
    check_header(with_header("x-vapi-secret", ON_THE_WIRE), entry)
    with pytest.raises(BadSignature, match="does not match"):
        check_header(with_header("x-vapi-secret", ON_THE_WIRE + "x"), entry)
    with pytest.raises(BadSignature, match="no token"):
        check_header(with_header("x-other", ON_THE_WIRE), entry)


def test_path_token() -> None:
    entry = AuthEntry(scheme="path_token", secret=SECRET)
    check_path_token(RawDelivery(body=b"", path_token=SECRET), entry)
    with pytest.raises(BadSignature, match="no token"):
        check_path_token(RawDelivery(body=b""), entry)


@given(st.text(alphabet=st.characters(exclude_categories=[])).filter(lambda text: text != SECRET))
def test_any_other_path_token_fails(token: str) -> None:
    with pytest.raises(BadSignature):
        check_path_token(RawDelivery(body=b"", path_token=token), AuthEntry(scheme="path_token", secret=SECRET))


def test_an_unresolved_secret_opens_nothing() -> None:
    entry = AuthEntry(scheme="path_token", secret="${TOKEN}")
    with pytest.raises(BadSignature, match="not resolved"):
        check_path_token(RawDelivery(body=b"", path_token="${TOKEN}"), entry)
