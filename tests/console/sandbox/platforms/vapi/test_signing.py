"""What the sandbox sends proves itself to the receiver, in every way a credential can be set."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from console.sandbox.platforms.vapi.signing import VapiAuth, VapiTarget
from receiver.auth import BadSignature
from receiver.providers.vapi import Vapi
from receiver.raw import RawDelivery
from store.connections import AuthEntry

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQ="
BODY = b'{"message":{}}'
AT = 1_767_000_000
ENTRIES: dict[VapiAuth, dict[str, Any]] = {
    "hmac": {"scheme": "hmac", "secret": SECRET},
    "hmac_body": {"scheme": "hmac", "secret": SECRET, "signed": "{body}"},
    "svix": {"scheme": "standard", "secret": f"whsec_{SECRET}"},
    "bearer": {"scheme": "bearer", "secret": SECRET},
    "secret": {"scheme": "header", "header": "X-Vapi-Secret", "secret": SECRET},
    "none": {"scheme": "none"},
}


def delivered(auth: VapiAuth, secret: str = SECRET) -> RawDelivery:
    headers = VapiTarget("http://r", auth, secret).headers("hang", BODY, AT)
    return RawDelivery(BODY, {name.lower(): value for name, value in headers.items()})


@pytest.mark.parametrize("auth", get_args(VapiAuth))
def test_the_receiver_believes_it(auth: VapiAuth) -> None:
    Vapi().verify(delivered(auth), [AuthEntry(**ENTRIES[auth])], datetime.fromtimestamp(AT, UTC))


@pytest.mark.parametrize("auth", [auth for auth in get_args(VapiAuth) if auth != "none"])
def test_and_nobody_else(auth: VapiAuth) -> None:
    with pytest.raises(BadSignature):
        Vapi().verify(delivered(auth, "b3RoZXI="), [AuthEntry(**ENTRIES[auth])], datetime.fromtimestamp(AT, UTC))


def test_copies_of_a_delivery_have_one_id() -> None:
    assert delivered("svix").header("svix-id") == delivered("svix").header("svix-id")
