"""Standard Webhooks and Svix, compared with the reference library as the sender."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from receiver.auth import HmacDefaults, entry_problem
from receiver.auth.errors import BadSignature
from receiver.auth.standard import carries_signature, check_standard
from receiver.raw import RawDelivery
from store.connections import AuthEntry

NOW = datetime.fromtimestamp(1767000000, UTC)
STAMP = "1767000000"
SECRET = "whsec_" + base64.b64encode(b"a key of twenty-four b.").decode()
BODY = '{"type":"call.ended","naam":"Zoë"}'
SIGNED = Webhook(SECRET).sign("msg_1", NOW, BODY)


def delivery(family: str = "webhook", body: bytes = BODY.encode(), **changed: str) -> RawDelivery:
    values = {"id": "msg_1", "timestamp": STAMP, "signature": SIGNED, **changed}
    return RawDelivery(body=body, headers={f"{family}-{name}": value for name, value in values.items()})


def check(raw: RawDelivery, **overrides: Any) -> None:
    check_standard(raw, AuthEntry(scheme="standard", **{"secret": SECRET, **overrides}), NOW)


def refused(raw: RawDelivery, reason: str | None = None, **overrides: Any) -> None:
    with pytest.raises(BadSignature, match=reason):
        check(raw, **overrides)


@pytest.mark.parametrize("family", ["webhook", "svix"])
def test_what_the_reference_library_signs_holds(family: str) -> None:
    assert carries_signature(delivery(family))
    check(delivery(family))


def test_other_families_are_no_signature() -> None:
    assert not carries_signature(delivery("other"))
    refused(delivery("other"), "no signature")


def test_the_secret_needs_no_prefix_and_may_be_text() -> None:
    check(delivery(), secret=SECRET.removeprefix("whsec_").rstrip("="))
    check(delivery(), secret="a key of twenty-four b.", secret_encoding="text")


def test_one_of_several_signatures_is_enough() -> None:
    check(delivery(signature=f"v1,{'A' * 43}= v1a,xyz {SIGNED}"))


@pytest.mark.parametrize(
    "signature",
    [
        "v1,",
        "v1",
        ",",
        SIGNED.replace("v1,", "v2,"),
        SIGNED.replace("v1,", ""),
        SIGNED.rstrip("="),
        f"{SIGNED},{SIGNED}",
        " ".join(["v1,x"] * 16 + [SIGNED]),
    ],
)
def test_other_signatures_are_refused(signature: str) -> None:
    refused(delivery(signature=signature), "does not match")


def test_missing_parts_are_refused() -> None:
    refused(delivery(id=""), "no message id")
    refused(delivery(timestamp=""), "no timestamp")
    refused(delivery(signature=""), "no signature")


def test_the_families_are_not_mixed() -> None:
    headers = {"webhook-signature": SIGNED, "svix-id": "msg_1", "svix-timestamp": STAMP}
    refused(RawDelivery(body=BODY.encode(), headers=headers), "no message id")


def test_old_deliveries_are_refused_unless_the_tolerance_is_wider() -> None:
    early = datetime.fromtimestamp(1766999000, UTC)
    raw = delivery(timestamp="1766999000", signature=Webhook(SECRET).sign("msg_1", early, BODY))
    refused(raw, "window")
    check(raw, tolerance="20m")


@pytest.mark.parametrize(("secret", "reason"), [("whsec_", "empty"), ("whsec_!", "not base64")])
def test_unusable_secrets_are_refused(secret: str, reason: str) -> None:
    refused(delivery(), reason, secret=secret)


@given(index=st.integers(0, len(BODY.encode()) - 1), mask=st.integers(1, 255))
def test_one_changed_byte_in_the_body_fails(index: int, mask: int) -> None:
    body = bytearray(BODY.encode())
    body[index] ^= mask
    refused(delivery(body=bytes(body)))


@given(
    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.integers(0, 200), st.integers(1, 255)
)
def test_one_changed_byte_in_a_header_fails(name: str, index: int, mask: int) -> None:
    headers = dict(delivery().headers)
    value = bytearray(headers[name].encode())
    value[index % len(value)] ^= mask
    headers[name] = value.decode("latin-1")
    refused(RawDelivery(body=BODY.encode(), headers=headers))


PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
ASYMMETRIC = "v1a," + base64.b64encode(PRIVATE.sign(f"msg_1.{STAMP}.{BODY}".encode())).decode()


@pytest.mark.parametrize("family", ["webhook", "svix"])
def test_what_the_owner_of_the_key_signs_holds(family: str) -> None:
    check(delivery(family, signature=ASYMMETRIC), secret=PUBLIC)
    check(delivery(family, signature=f"v1,xyz v1a,xyz {ASYMMETRIC}"), secret=PUBLIC)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "msg_2"},
        {"timestamp": str(int(STAMP) + 1)},
        {"body": b"{}"},
        {"signature": ASYMMETRIC.replace("v1a,", "v1,")},
        {"signature": ASYMMETRIC.replace("v1a,", "")},
        {"signature": ASYMMETRIC[:-4] + "AAA="},
        {"signature": "v1a,"},
        {"signature": "v1a,\u00e9"},
        {"signature": SIGNED},
    ],
)
def test_anything_else_does_not(changed: dict[str, Any]) -> None:
    refused(delivery(**{"signature": ASYMMETRIC, **changed}), "does not match", secret=PUBLIC)


def test_a_key_counts_for_its_own_sort_of_signature_alone() -> None:
    refused(delivery(signature=ASYMMETRIC), "does not match")
    refused(delivery(), "does not match", secret=PUBLIC)
    check(delivery(signature=f"{SIGNED} {ASYMMETRIC}"))
    check(delivery(signature=f"{SIGNED} {ASYMMETRIC}"), secret=PUBLIC)


def test_an_old_signature_by_the_right_key_is_refused() -> None:
    refused(delivery(signature=ASYMMETRIC, timestamp="1"), "outside the window", secret=PUBLIC)


@pytest.mark.parametrize("secret", ["whpk_", "whpk_AAAA", "whpk_!", "whpk_${KEY}"])
def test_a_public_key_that_is_none(secret: str) -> None:
    refused(delivery(signature=ASYMMETRIC), secret=secret)
    assert entry_problem(AuthEntry(scheme="standard", secret=secret), HmacDefaults()) != ""


@given(st.text(max_size=100))
def test_no_signature_by_chance(signature: str) -> None:
    refused(delivery(signature=f"v1a,{signature}"), secret=PUBLIC)
