"""Vapi's own Python library as the platform: what it writes, how strictly it reads, and its client."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

import httpx
from pydantic import BaseModel
from vapi import types
from vapi.client import AsyncVapi
from vapi.core.pydantic_utilities import UniversalBaseModel, parse_obj_as
from vapi.types.server_message_message import ServerMessageMessage

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
STAMP = AT.timestamp() * 1000
OURS, THEIRS = "+31850000001", "+31612340001"
CONTROL = "https://phone-call-websocket.aws-us-west-2-backend-production1.vapi.ai/c/control"

M = TypeVar("M", bound=UniversalBaseModel)

MESSAGES: Sequence[type[UniversalBaseModel]] = get_args(ServerMessageMessage)
"""Every message the library knows that a server is sent."""


def call(kind: str = "inboundPhoneCall", **more: Any) -> types.Call:
    """The call a message belongs to."""
    told: dict[str, Any] = {
        "id": "call_1",
        "org_id": "org_1",
        "created_at": AT,
        "updated_at": AT,
        "type": kind,
        "status": "in-progress",
        "monitor": types.Monitor(control_url=CONTROL, listen_url="wss://example.vapi.ai/listen"),
        "assistant_overrides": types.AssistantOverrides(metadata={"order": "A-1"}),
    }
    return types.Call(**told | more)


def message(of: type[UniversalBaseModel], **more: Any) -> bytes:
    """One message with all that comes with most of them, written as the platform writes it."""
    common: dict[str, Any] = {
        "timestamp": STAMP,
        "call": call(),
        "customer": types.CreateCustomerDto(number=THEIRS),
        "phone_number": types.CreateTwilioPhoneNumberDto(number=OURS, twilio_account_sid="AC1"),
    }
    held = of(**{name: value for name, value in common.items() if name in of.model_fields} | more)
    return json.dumps({"message": json.loads(held.json())}).encode()


def read(as_: type[M], body: Any) -> M:
    """What the library makes of an answer, its types checked."""
    found: M = parse_obj_as(as_, body)
    assert isinstance(found, as_)
    return found


def unknown(value: Any, path: str = "") -> Iterator[str]:
    """Where the library has no field for what is there."""
    if isinstance(value, BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from unknown(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from unknown(item, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for item in value:
            yield from unknown(item, f"{path}[]")


def sdk(http: httpx.AsyncClient, base_url: str, key: str) -> AsyncVapi:
    """The library's client."""
    return AsyncVapi(base_url=base_url, token=key, httpx_client=http)
