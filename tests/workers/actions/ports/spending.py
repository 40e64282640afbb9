"""What tests of actions that cost money share: an order, a call out, and a try that got no answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.workers.actions.support import Platform, given
from tests.workers.clients.support import connection
from workers.actions import ACTIONS
from workers.actions.base import ActionContext

TRIED = datetime(2026, 11, 21, 12, tzinfo=UTC)
AFTER, BEFORE = "2026-11-21T12:00:01.000Z", "2026-11-21T11:00:00.000Z"
NUMBER = "+31851000007"
TO = "+31612340001"
CARRIER = {"telephony_provider": "twilio", "telephony_account_connection": "acc-1"}
BUY = {"number": NUMBER}
START = {"agent": "a1", "to": TO}


def in_doubt(routes: dict[str, Any], provider: str, generation: str = "") -> ActionContext:
    """An action whose try began at noon and got no answer."""
    defaults = CARRIER if provider == "fluents" else {}
    own = given(Platform(routes), provider, generation, to=connection(provider, defaults=defaults))
    own.tried_at = TRIED
    return own


async def verify(own: ActionContext, name: str, /, **params: Any) -> dict[str, Any] | None:
    action = ACTIONS[name]
    assert action.verify
    output = await action.verify(own, action.params.model_validate(params))
    return None if output is None else output.model_dump(mode="json", by_alias=True)


def an_order(**changes: Any) -> dict[str, Any]:
    return {"id": "o1", "phone_number": NUMBER, "status": "pending", "ordered_at": AFTER} | changes


def orders(*items: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {
        "GET /v1/phone-number-orders": {"data": list(items), "meta": {"total": len(items) if total is None else total}}
    }
