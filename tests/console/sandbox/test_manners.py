"""Which platform asks what, and how long it waits."""

from __future__ import annotations

import pytest

from console.sandbox.livecall import LiveCall
from console.sandbox.manners import FlireoManner, VapiManner, manner_of
from console.sandbox.record import CallRecord
from console.sandbox.script import Script
from console.sandbox.settings import SandboxSettings
from console.sandbox.world import FlireoAssistant, VapiAssistant

SETTINGS = SandboxSettings()


def manner(platform: str, generation: str = "g3") -> FlireoManner | VapiManner:
    script = Script.model_validate({"platform": platform, "generation": generation})
    found = manner_of(script, SETTINGS, SETTINGS.options())
    assert isinstance(found, FlireoManner | VapiManner)
    return found


def test_who_is_asked_about_an_inbound_call() -> None:
    assert not manner("vapi").asks(VapiAssistant(id="a"))
    assert manner("vapi").asks(None)
    assert manner("flireo").asks(FlireoAssistant(id="a", name="A"))
    assert not manner("flireo").asks(FlireoAssistant(id="a", name="A", webhook_events=["tool-calls"]))


@pytest.mark.parametrize(
    ("platform", "generation", "pickup", "tools"),
    [("flireo", "g1", 5, 5), ("flireo", "g3", 5, 10), ("vapi", "g3", 7.5, 20)],
)
def test_how_long_it_waits(platform: str, generation: str, pickup: float, tools: float) -> None:
    found = manner(platform, generation)
    assert (found.deadline("assistant-request"), found.deadline("tool-calls")) == (pickup, tools)


def test_only_vapi_tells_of_every_sentence() -> None:
    fields = {"id": "c", "generation": "g3", "from": "+1", "to": "+2", "placed_at": ""}
    call = LiveCall(CallRecord.model_validate(fields), lambda: 0.0)
    assert list(manner("flireo").spoken(call, "user")) == []
    assert len(manner("vapi").spoken(call, "user")) == 3


def test_a_call_that_nobody_answers_is_told_in_each_ones_words() -> None:
    assert manner("flireo", "g1").failed == "ended-with-debugging"
    assert (manner("vapi").failed, manner("vapi").unknown_assistant != "") == ("ended", True)
    assert manner("flireo").unknown_assistant == ""
