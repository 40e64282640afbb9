"""Entries are alternatives, and whatever comes, nothing but BadSignature is raised."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.auth.errors import BadSignature
from receiver.auth.signature import HmacDefaults
from receiver.auth.verify import entry_problem, verify
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.request import Request

NOW = datetime.fromtimestamp(1767000000, UTC)
BODY = b'{"a":1}'
DEFAULTS = HmacDefaults(header="x-sig", timestamp_header="x-time")
HMAC_OLD = AuthEntry(scheme="hmac", secret="old")
HMAC_NEW = AuthEntry(scheme="hmac", secret="new")
PATH = AuthEntry(scheme="path_token", secret="an unguessable token")
NONE = AuthEntry(scheme="none")
EVERY_SCHEME = (
    HMAC_OLD,
    AuthEntry(scheme="standard", secret="whsec_aGVsbG8="),
    AuthEntry(scheme="bearer", secret="an unguessable token"),
    AuthEntry(scheme="header", secret="an unguessable token", header="x-secret"),
    PATH,
)


def signed(secret: str, path_token: str = "") -> RawDelivery:
    signature = hmac.new(secret.encode(), b"1767000000." + BODY, "sha256").hexdigest()
    return RawDelivery(body=BODY, headers={"x-sig": signature, "x-time": "1767000000"}, path_token=path_token)


def refused(raw: RawDelivery, *entries: AuthEntry) -> str:
    with pytest.raises(BadSignature) as failure:
        verify(raw, entries, NOW, DEFAULTS)
    return failure.value.reason


@pytest.mark.parametrize("secret", ["old", "new"])
def test_either_secret_holds_during_a_rotation(secret: str) -> None:
    verify(signed(secret), [HMAC_OLD, HMAC_NEW], NOW, DEFAULTS)


def test_a_secret_outside_its_time_does_not_hold() -> None:
    ended = HMAC_OLD.model_copy(update={"not_after": NOW - timedelta(days=1)})
    coming = HMAC_NEW.model_copy(update={"not_before": NOW + timedelta(days=1)})
    assert "no longer valid" in refused(signed("old"), ended, coming)
    assert "not valid yet" in refused(signed("new"), ended, coming)


def test_nothing_configured_lets_nothing_through() -> None:
    assert refused(RawDelivery(body=BODY)) == "no auth entry is configured"
    assert refused(signed("old")) == "no auth entry is configured"


def test_a_secret_without_a_signature_fails() -> None:
    assert refused(RawDelivery(body=BODY), HMAC_OLD) == "no signature"


def test_schemes_may_differ_between_entries() -> None:
    verify(RawDelivery(body=BODY, path_token="an unguessable token"), [HMAC_OLD, PATH], NOW, DEFAULTS)
    verify(signed("old", path_token="wrong"), [PATH, HMAC_OLD], NOW, DEFAULTS)


def test_none_accepts_what_is_unsigned() -> None:
    verify(RawDelivery(body=BODY), [NONE], NOW, DEFAULTS)


@pytest.mark.parametrize("header", ["x-sig", "webhook-signature", "svix-signature"])
def test_none_does_not_wave_a_signature_through(header: str) -> None:
    assert "no secret is configured" in refused(RawDelivery(body=BODY, headers={header: "x"}), NONE)
    refused(RawDelivery(body=BODY, headers={header: "x"}), HMAC_OLD, NONE)


def test_every_reason_is_told_once() -> None:
    assert refused(RawDelivery(body=BODY), HMAC_OLD, HMAC_NEW, PATH) == "no signature; no token"


def test_reasons_never_hold_the_secret() -> None:
    entry = AuthEntry(scheme="hmac", secret="not-hex-geheim", secret_encoding="hex")
    assert "geheim" not in refused(signed("old"), entry)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"scheme": "hmac", "secret": "x"}, ""),
        ({"scheme": "hmac", "secret": "x", "secret_encoding": "hex"}, "not hex"),
        ({"scheme": "hmac", "secret": "x", "signed": "{timestamp}"}, "no {body}"),
        ({"scheme": "standard", "secret": "whsec_"}, "empty"),
        ({"scheme": "standard", "secret": "whsec_aGVsbG8="}, ""),
        ({"scheme": "path_token", "secret": "${X}"}, "not resolved"),
        ({"scheme": "none"}, ""),
    ],
)
def test_entries_that_can_never_hold_are_known_beforehand(entry: dict[str, Any], problem: str) -> None:
    found = entry_problem(AuthEntry(**entry), DEFAULTS)
    assert problem in found
    assert bool(problem) == bool(found)


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=[]), max_size=80)
ANY_VALUE = ANY_TEXT | st.sampled_from(["Bearer ", "1767000000", "v1,", "v1, v1,", "sha256=", "-1", "9" * 400])
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "x-sig",
            "x-time",
            "authorization",
            "x-secret",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "svix-id",
            "svix-timestamp",
            "svix-signature",
        ]
    ),
    ANY_VALUE,
)


@given(body=st.binary(), headers=HEADERS, path_token=ANY_TEXT, method=ANY_TEXT)
def test_garbage_raises_nothing_but_bad_signature(
    body: bytes, headers: dict[str, str], path_token: str, method: str
) -> None:
    raw = RawDelivery(body=body, headers=headers, path_token=path_token, request=Request(method))
    with pytest.raises(BadSignature):
        verify(raw, EVERY_SCHEME, NOW, DEFAULTS)


@given(
    secret=ANY_TEXT.filter(bool),
    template=ANY_TEXT | st.sampled_from(["{timestamp}{body}", "{x}{body}", "{body}{body}", "{}", "{body"]),
    scheme=st.sampled_from(["hmac", "standard", "bearer", "path_token"]),
    encoding=st.sampled_from(["", "text", "hex", "base64"]),
    headers=HEADERS,
)
def test_odd_entries_raise_nothing_but_bad_signature(
    secret: str, template: str, scheme: str, encoding: str, headers: dict[str, str]
) -> None:
    fields: dict[str, Any] = {"scheme": scheme, "secret": secret, "signed": template, "secret_encoding": encoding}
    entry = AuthEntry.model_construct(**fields)
    with pytest.raises(BadSignature):
        verify(RawDelivery(body=b"{}", headers=headers), [entry], NOW, DEFAULTS)
