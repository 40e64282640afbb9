"""Every way a credential can sign, checked through the schemes of the connections file."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from receiver.auth import BadSignature, entry_problem
from receiver.providers.vapi import Vapi
from receiver.providers.vapi.signature import DEFAULTS, signed_headers
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from tests.tables import over

NOW = datetime.fromtimestamp(1790848855, UTC)
SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQ="
BODY = b'{"message":{"type":"hang"}}'
URL = "https://hooks.example.com/hooks/front_desk"
FORMATS = {
    "{timestamp}.{body}": "{timestamp}.{body}",
    "{body}": "{body}",
    "{svix-id}.{timestamp}.{body}": "{svix-id}.{timestamp}.{body}",
    "{method}:{url}:{body}": "{method}:" + URL + ":{body}",
}
"""What the platform is told → what the connection is told."""


def check(headers: dict[str, str], body: bytes = BODY, **entry: Any) -> None:
    raw = RawDelivery(body, {name.lower(): value for name, value in headers.items()})
    Vapi().verify(raw, [AuthEntry(**({"scheme": "hmac", "secret": SECRET} | entry))], NOW)


def signed(payload_format: str, algorithm: str, encoding: str, prefix: str, *, is_base64: bool, stamp: str) -> str:
    """As the platform signs by its credential."""
    values = {"{timestamp}": stamp, "{svix-id}": "msg_1", "{method}": "POST", "{url}": URL}
    text = payload_format.encode()
    for token, value in values.items():
        text = text.replace(token.encode(), value.encode())
    key = base64.b64decode(SECRET) if is_base64 else SECRET.encode()
    digest = hmac.new(key, text.replace(b"{body}", BODY), algorithm).digest()
    return prefix + (base64.b64encode(digest).decode() if encoding == "base64" else digest.hex())


CREDENTIALS = [
    *product(FORMATS, ["sha256", "sha512", "sha1"], ["hex", "base64"], ["", "sha256=", "v1,"], [True, False])
]


@over(CREDENTIALS)
def test_every_combination_of_a_credential(row: tuple[str, str, str, str, bool]) -> None:
    payload_format, algorithm, encoding, prefix, is_base64 = row
    for stamp in ("1790848855", "1790848855123"):
        value = signed(payload_format, algorithm, encoding, prefix, is_base64=is_base64, stamp=stamp)
        headers = {"X-My-Signature": value, "X-My-Time": stamp, "svix-id": "msg_1"}
        entry: dict[str, Any] = {
            "header": "X-My-Signature", "timestamp_header": "X-My-Time", "signed": FORMATS[payload_format],
            "algorithm": algorithm, "encoding": encoding, "prefix": prefix,
            "secret_encoding": "base64" if is_base64 else "text",
        }  # fmt: skip
        check(headers, **entry)
        with pytest.raises(BadSignature):
            check(headers, BODY + b" ", **entry)


def test_the_defaults_need_nothing_but_the_secret() -> None:
    headers = signed_headers(BODY, SECRET, 1790848855)
    assert set(headers) == {"content-type", "x-timestamp", "x-signature"}
    check(headers)
    with pytest.raises(BadSignature, match="window"):
        check(signed_headers(BODY, SECRET, 1790848855 - 400))


def test_without_a_timestamp_only_the_body_is_signed() -> None:
    digest = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    check({"x-signature": digest}, signed="{body}")
    with pytest.raises(BadSignature):
        check({"x-signature": digest})


def test_a_credential_made_like_svix_is_a_standard_webhook() -> None:
    value = signed("{svix-id}.{timestamp}.{body}", "sha256", "base64", "v1,", is_base64=True, stamp="1790848855")
    headers = {"svix-id": "msg_1", "svix-timestamp": "1790848855", "svix-signature": value}
    check(headers, scheme="standard")
    with pytest.raises(BadSignature):
        check(headers | {"svix-id": "msg_2"}, scheme="standard")


def test_a_message_id_in_a_header_of_another_name() -> None:
    value = signed("{svix-id}.{timestamp}.{body}", "sha256", "hex", "", is_base64=False, stamp="1790848855")
    headers = {"x-signature": value, "x-timestamp": "1790848855", "X-Message-Id": "msg_1"}
    check(headers, signed="{x-message-id}.{timestamp}.{body}")


@pytest.mark.parametrize(
    ("headers", "entry"),
    [
        ({"Authorization": f"Bearer {SECRET}"}, {"scheme": "bearer"}),
        ({"X-Token": SECRET}, {"scheme": "bearer", "header": "X-Token", "prefix": ""}),
        ({"X-Vapi-Secret": SECRET}, {"scheme": "header", "header": "X-Vapi-Secret"}),
        ({"X-Vapi-Signature": SECRET}, {"scheme": "header", "header": "X-Vapi-Signature"}),
    ],
)
def test_secrets_that_travel_as_they_are(headers: dict[str, str], entry: dict[str, Any]) -> None:
    check(headers, **entry)
    for wrong in ({}, {name: f"{value}x" for name, value in headers.items()}):
        with pytest.raises(BadSignature):
            check(wrong, **entry)


def test_an_address_in_the_template_is_written_out() -> None:
    entry = AuthEntry(scheme="hmac", secret=SECRET, signed="{method}:{url}:{body}")
    assert "write the address itself" in entry_problem(entry, DEFAULTS)
