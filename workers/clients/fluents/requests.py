"""What Fluents is asked. Fields that were read are never sent back: they carry other people's credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from workers.clients.errors import Invalid
from workers.clients.redact import REDACTED

Loose = str | Mapping[str, Any]
"""A text, or an object where an installation needs one: documents disagree."""

_OURS = frozenset({"context", "example_context"})
"""Where free names stand, which mean nothing to the platform."""
_DEEPEST = 64


class NumberOrder(TypedDict):
    """A number to buy."""

    phone_number: str
    telephony_provider: Loose
    telephony_account_connection: str
    inbound_agent: NotRequired[str]
    area_code: NotRequired[str]


class NumberImport(TypedDict):
    """A number to take over from a carrier account."""

    phone_number: str
    telephony_account_connection: str
    outbound_only: NotRequired[bool]
    inbound_agent: NotRequired[str]


class CallOrder(TypedDict):
    """A call to place; what else can be said about one is an installation's habit."""

    to_number: str
    from_number: str
    agent_phone_number: str
    agent: str
    telephony_provider: Loose
    context: Mapping[str, str]
    is_outgoing: bool


class DncEntry(TypedDict):
    """A number for the do-not-call list, written as that list is."""

    phoneNumber: str
    reason: NotRequired[str]


def checked(body: Mapping[str, object]) -> dict[str, Any]:
    """The body as it may leave; raises Invalid when it holds something as the platform showed it."""
    if _was_read(dict(body), 0):
        raise Invalid("the body holds something as Fluents showed it; give its id, or only the fields that change")
    return dict(body)


def _was_read(value: object, depth: int) -> bool:
    """Whether there is an object with its owner in it, or a credential that was cut out."""
    if depth > _DEEPEST:
        raise Invalid("the body is too deep")
    if isinstance(value, Mapping):
        owned = isinstance(value.get("id"), str) and isinstance(value.get("user_id"), str)
        return owned or any(name not in _OURS and _was_read(inner, depth + 1) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return any(_was_read(inner, depth + 1) for inner in value)
    return value == REDACTED
