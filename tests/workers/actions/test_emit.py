from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from tests.workers.clients.support import Emitting, context
from workers.actions import ACTIONS
from workers.actions.emit import EmitParams, Emitted


async def emitted(**params: Any) -> tuple[Any, list[Any]]:
    own = context(httpx.AsyncClient())
    output = await ACTIONS["emit"].perform(own, EmitParams.model_validate(params))
    assert isinstance(own.emitter, Emitting)
    return output, own.emitter.emitted


async def test_an_event_is_emitted_now() -> None:
    output, events = await emitted(event="invoice.sent", data={"n": 1})
    assert output == Emitted(id="evt_evt_1/rule/step")
    assert events == [("invoice.sent", {"n": 1}, None, "evt_1/rule/step")]


async def test_an_event_is_emitted_later() -> None:
    _, events = await emitted(event="call_back", at="2026-03-02T18:00:00+01:00")
    assert events == [("call_back", {}, "2026-03-02T18:00:00+01:00", "evt_1/rule/step")]


@pytest.mark.parametrize(
    "params",
    [{"event": ""}, {"event": "a b"}, {"event": "x", "at": "2026-03-02T18:00:00"}, {"event": "x", "at": "soon"}],
)
def test_nameless_events_and_times_without_a_zone_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EmitParams.model_validate(params)
