"""What the vendors' own signing libraries sign is believed, and what anybody else does to it is not.

Neither library signs with a private key (`v1a`); that is checked beside the scheme itself.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers import PROVIDERS
from receiver.providers.base import BadSignature
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LATE = timedelta(seconds=301)
SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 25))).decode()
MESSAGE = "msg_2b8Vb1"

Sign = Callable[[str, datetime, str], str]
"""A message id, the moment and the body → the signature header's value."""
LIBRARIES: dict[str, Callable[[str], Sign]] = {
    "svix": lambda secret: svix.webhooks.Webhook(secret).sign,
    "standardwebhooks": lambda secret: standardwebhooks.Webhook(secret).sign,
}
SVIX_STYLE = {
    "header": "svix-signature",
    "timestamp_header": "svix-timestamp",
    "signed": "{svix-id}.{timestamp}.{body}",
    "prefix": "v1,",
    "encoding": "base64",
    "secret_encoding": "base64",
}
"""A credential of Vapi's in the manner of Svix, written out."""
STANDARD = AuthEntry(scheme="standard", secret=SECRET)
WRITTEN_OUT = AuthEntry.model_validate({"scheme": "hmac", "secret": SECRET.removeprefix("whsec_"), **SVIX_STYLE})
BODIES = {
    "opencx": '{"event": "phone_call.started", "organization_id": "o", "data": {"contact": {"name": "Zoë"}}}',
    "vapi": '{"message": {"type": "status-update", "status": "in-progress", "call": {"id": "c"}}}',
    "standard": '{"type": "call.ended", "timestamp": "2026-03-02T14:00:00Z", "data": {"id": "c"}}',
}
WAYS = [
    (library, provider, family, entry)
    for library in LIBRARIES
    for provider in BODIES
    for family in ("svix", "webhook")
    for entry in (STANDARD, WRITTEN_OUT)
    if entry is STANDARD or (provider, family) == ("vapi", "svix")
]
every = pytest.mark.parametrize(
    ("library", "provider", "family", "entry"), WAYS, ids=lambda each: getattr(each, "scheme", each)
)


def signed(library: str, provider: str, family: str, secret: str = SECRET, at: datetime = NOW) -> RawDelivery:
    """One delivery as whoever uses this library would send it."""
    body = BODIES[provider]
    told = {
        "id": MESSAGE,
        "timestamp": str(int(at.timestamp())),
        "signature": LIBRARIES[library](secret)(MESSAGE, at, body),
    }
    return RawDelivery(body.encode(), {f"{family}-{name}": value for name, value in told.items()})


def accepted(provider: str, raw: RawDelivery, *auth: AuthEntry) -> Sequence[Event]:
    PROVIDERS[provider].verify(raw, auth, NOW)
    return PROVIDERS[provider].normalise(raw)


def refused(provider: str, raw: RawDelivery, entry: AuthEntry, why: str) -> None:
    with pytest.raises(BadSignature, match=why):
        PROVIDERS[provider].verify(raw, [entry], NOW)


def but(raw: RawDelivery, **changed: Any) -> RawDelivery:
    return RawDelivery(**{"body": raw.body, "headers": raw.headers, **changed})


@every
def test_what_the_library_signs_is_believed(library: str, provider: str, family: str, entry: AuthEntry) -> None:
    for at in (NOW, NOW - timedelta(seconds=299), NOW + timedelta(seconds=299)):
        assert accepted(provider, signed(library, provider, family, at=at), entry)


@every
def test_what_was_changed_on_the_way_is_not(library: str, provider: str, family: str, entry: AuthEntry) -> None:
    raw = signed(library, provider, family)
    refused(provider, but(raw, body=raw.body + b" "), entry, "does not match")
    for name, value in {"id": "msg_other", "timestamp": str(int(NOW.timestamp()) + 1)}.items():
        refused(provider, but(raw, headers={**raw.headers, f"{family}-{name}": value}), entry, "does not match")


@every
def test_what_is_old_or_ahead_of_its_time_is_not(library: str, provider: str, family: str, entry: AuthEntry) -> None:
    for at in (NOW - LATE, NOW + LATE):
        refused(provider, signed(library, provider, family, at=at), entry, "outside the window")


@every
def test_what_another_secret_signed_is_not(library: str, provider: str, family: str, entry: AuthEntry) -> None:
    refused(provider, signed(library, provider, family, OTHER), entry, "does not match")


@every
def test_a_secret_is_rotated_with_two_signatures_or_two_entries(
    library: str, provider: str, family: str, entry: AuthEntry
) -> None:
    ours, theirs = signed(library, provider, family), signed(library, provider, family, OTHER)
    assert accepted(provider, theirs, entry, AuthEntry(scheme="standard", secret=OTHER))
    if entry is STANDARD:
        both = " ".join(each.headers[f"{family}-signature"] for each in (theirs, ours))
        assert accepted(provider, but(ours, headers={**ours.headers, f"{family}-signature": both}), entry)


@every
def test_the_library_s_message_id_is_what_a_repetition_is_known_by(
    library: str, provider: str, family: str, entry: AuthEntry
) -> None:
    (first,) = accepted(provider, signed(library, provider, family), entry)
    (again,) = accepted(provider, signed(library, provider, family, at=NOW + timedelta(seconds=5)), entry)
    assert first.dedup_key == again.dedup_key
    assert first.dedup_key


@given(body=st.text(st.characters(exclude_categories=["Cs"])), library=st.sampled_from(sorted(LIBRARIES)))
def test_any_body_at_all_is_signed_alike(body: str, library: str) -> None:
    sign = LIBRARIES[library](SECRET)
    told = {"id": MESSAGE, "timestamp": str(int(NOW.timestamp())), "signature": sign(MESSAGE, NOW, body)}
    raw = RawDelivery(body.encode(), {f"svix-{name}": value for name, value in told.items()})
    for provider in BODIES:
        assert accepted(provider, raw, STANDARD)
