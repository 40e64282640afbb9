from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from store.event import Event
from tests.workers.actions.support import Platform, given, perform
from workers.actions.calls import EndParams, InjectParams, SayParams, TransferParams
from workers.clients.errors import Invalid


async def test_another_call_can_be_named() -> None:
    platform = Platform({"POST /calls/other/control": {"success": True}})
    await perform(given(platform, "flireo", "g3"), "call.end", call="other")
    assert platform.said() == ["POST /calls/other/control"]


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("call.say", {"content": "x"}),
        ("call.inject", {"content": "x"}),
        ("call.end", {}),
        ("call.transfer", {"to": "+31"}),
    ],
)
async def test_an_event_without_call_id_says_so(name: str, params: dict[str, Any]) -> None:
    platform = Platform({})
    with pytest.raises(Invalid, match="no call id"):
        await perform(given(platform, "flireo", "g3", event=Event(kind="assistant-request")), name, **params)
    assert platform.seen == []


@pytest.mark.parametrize(
    ("params", "given"),
    [
        (SayParams, {}),
        (SayParams, {"content": ""}),
        (InjectParams, {"content": "x", "respond": "perhaps"}),
        (TransferParams, {"to": ""}),
        (EndParams, {"reason": "x"}),
    ],
)
def test_what_makes_no_sense_is_refused(params: Any, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        params.model_validate(given)
