"""HMAC signatures over raw bytes, with every override."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.auth.errors import BadEntry, BadSignature
from receiver.auth.signature import HmacDefaults, check_hmac, recipe, template_parts
from receiver.raw import RawDelivery
from store.connections import AuthEntry

NOW = datetime.fromtimestamp(1767000000, UTC)
STAMP = "1767000000"
BODY = b'{"message":{"type":"status-update"}}'
KNOWN = "66639aeb9b06ebe086a1ec05f43ac0037b2df5c7bce295d5e04d5964c843786b"
DEFAULTS = HmacDefaults(header="x-sig", timestamp_header="x-time", prefix="sha256=", prefix_optional=True)
NO_DEFAULTS = HmacDefaults()


def delivery(signature: str = KNOWN, timestamp: str = STAMP, body: bytes = BODY, svix_id: str = "") -> RawDelivery:
    headers = {"x-sig": signature, "x-time": timestamp, "svix-id": svix_id}
    return RawDelivery(body=body, headers={name: value for name, value in headers.items() if value})


def entry(**overrides: Any) -> AuthEntry:
    return AuthEntry(scheme="hmac", **{"secret": "test-secret", **overrides})


def check(raw: RawDelivery, defaults: HmacDefaults = DEFAULTS, **overrides: Any) -> None:
    check_hmac(raw, entry(**overrides), NOW, defaults)


def refused(raw: RawDelivery, reason: str | None = None, defaults: HmacDefaults = DEFAULTS, **overrides: Any) -> None:
    with pytest.raises(BadSignature, match=reason):
        check(raw, defaults, **overrides)


def hexdigest(signed: bytes, key: bytes = b"test-secret", algorithm: str = "sha256") -> str:
    return hmac.new(key, signed, algorithm).hexdigest()


def test_the_known_value() -> None:
    check(delivery())


def test_an_optional_prefix_may_be_there() -> None:
    check(delivery("sha256=" + KNOWN))


@pytest.mark.parametrize(
    "signature",
    [
        "sha256=",
        "sha1=" + KNOWN,
        "sha256=sha256=" + KNOWN,
        KNOWN.upper(),
        KNOWN[:-1],
        KNOWN + "0",
        KNOWN + " ",
        f"{KNOWN},{KNOWN}",
        f"{KNOWN}, {KNOWN}",
        f"{'0' * 64}, {KNOWN}",
        "é" * 64,
        "€" * 64,
        "\ud800",
    ],
)
def test_anything_but_the_one_signature_is_refused(signature: str) -> None:
    refused(delivery(signature), "does not match")


def test_a_secret_without_a_signature_fails() -> None:
    refused(delivery(signature=""), "no signature")


def test_a_signature_without_its_timestamp_fails() -> None:
    refused(delivery(timestamp=""), "no timestamp")


def test_another_secret_fails() -> None:
    refused(delivery(), "does not match", secret="test-secre")


def test_the_timestamp_is_part_of_what_is_signed() -> None:
    refused(delivery(timestamp="1767000001"), "does not match")
    refused(delivery(timestamp="01767000000"), "does not match")


def test_the_body_is_not_decoded_and_encoded_again() -> None:
    spaced = b'{"message": {"type": "status-update"}}'
    refused(delivery(body=spaced), "does not match")
    check(delivery(hexdigest(b"1767000000." + spaced), body=spaced))


def test_bodies_that_are_not_text_are_signed_all_the_same() -> None:
    body = b"\xff\xfe\x00"
    check(delivery(hexdigest(b"1767000000." + body), body=body))


def test_header_names_can_be_overridden_in_any_case() -> None:
    raw = RawDelivery(body=BODY, headers={"x-other": KNOWN, "x-when": STAMP})
    check(raw, header="X-Other", timestamp_header="X-When")


def test_a_template_with_method_and_header() -> None:
    signature = hexdigest(b"msg_1|POST|1767000000|" + BODY)
    raw = delivery(signature, svix_id="msg_1")
    check(raw, signed="{svix-id}|{method}|{timestamp}|{body}")
    refused(delivery(signature), "header is missing", signed="{svix-id}|{method}|{timestamp}|{body}")


def test_the_body_alone_needs_no_timestamp() -> None:
    raw = RawDelivery(body=BODY, headers={"x-sig": hexdigest(BODY)})
    check(raw, NO_DEFAULTS, header="x-sig")
    check(raw, signed="{body}")


def test_the_timestamp_header_by_its_own_name_is_still_checked_for_age() -> None:
    raw = delivery(hexdigest(b"1600000000." + BODY), timestamp="1600000000")
    refused(raw, "window", signed="{X-Time}.{body}")


def test_a_required_prefix_is_required() -> None:
    check(delivery("v0=" + KNOWN), prefix="v0=")
    refused(delivery(KNOWN), prefix="v0=")
    refused(delivery("sha256=" + KNOWN), prefix="v0=")
    refused(delivery("sha256=" + KNOWN), prefix="")


def test_base64_in_the_header() -> None:
    signature = base64.b64encode(bytes.fromhex(KNOWN)).decode()
    check(delivery(signature), encoding="base64")
    refused(delivery(signature))
    refused(delivery(signature.rstrip("=")), encoding="base64")


@pytest.mark.parametrize("algorithm", ["sha1", "sha512"])
def test_other_algorithms(algorithm: str) -> None:
    raw = delivery(hexdigest(b"1767000000." + BODY, algorithm=algorithm))
    check(raw, algorithm=algorithm)
    refused(raw)


@pytest.mark.parametrize(
    ("secret", "encoding"), [("00ff10", "hex"), (base64.b64encode(b"\x00\xff\x10").decode(), "base64")]
)
def test_encoded_secrets(secret: str, encoding: str) -> None:
    raw = delivery(hexdigest(b"1767000000." + BODY, key=b"\x00\xff\x10"))
    check(raw, secret=secret, secret_encoding=encoding)
    refused(raw, secret=secret)


def test_tolerance() -> None:
    old = delivery(hexdigest(b"1766999000." + BODY), timestamp="1766999000")
    refused(old, "window")
    check(old, tolerance="20m")


def test_a_foreign_signer_with_a_base64_secret_over_the_body() -> None:
    key = bytes(range(32))
    signature = base64.b64encode(hmac.new(key, BODY, hashlib.sha256).digest()).decode()
    check(
        RawDelivery(body=BODY, headers={"x-vocode-signature": signature}),
        NO_DEFAULTS,
        header="x-vocode-signature",
        encoding="base64",
        secret=base64.b64encode(key).decode(),
        secret_encoding="base64",
    )


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"signed": "{timestamp}"}, "no {body}"),
        ({"signed": "body"}, "no {body}"),
        ({"secret": "zz", "secret_encoding": "hex"}, "not hex"),
    ],
)
def test_an_entry_that_cannot_work(overrides: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadEntry, match=reason):
        recipe(entry(**overrides), DEFAULTS)


def test_an_entry_without_any_header_cannot_work() -> None:
    with pytest.raises(BadEntry, match="header"):
        recipe(entry(), NO_DEFAULTS)
    with pytest.raises(BadEntry, match="timestamp_header"):
        template_parts("{timestamp}.{body}", "")


@st.composite
def flips(draw: st.DrawFn, original: bytes) -> bytes:
    """The original with one byte changed."""
    index = draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[index] ^= draw(st.integers(1, 255))
    return bytes(changed)


@given(flips(BODY))
def test_one_changed_byte_in_the_body_fails(body: bytes) -> None:
    refused(delivery(body=body))


@given(flips(STAMP.encode()))
def test_one_changed_byte_in_the_timestamp_fails(timestamp: bytes) -> None:
    refused(delivery(timestamp=timestamp.decode("latin-1")))


@given(flips(b"sha256=" + KNOWN.encode()))
def test_one_changed_byte_in_the_signature_fails(signature: bytes) -> None:
    refused(delivery(signature.decode("latin-1")))


@given(flips(b"test-secret"))
def test_one_changed_byte_in_the_secret_fails(secret: bytes) -> None:
    refused(delivery(), secret=secret.hex(), secret_encoding="hex")
